/**
 * How the replica rows of one file change.
 *
 * A keeper has at most one row in a file, so that none is counted twice. Rows stay in the
 * order of their keepers, which makes equal records equal values.
 */
import type { FileRecord, ReplicaRecord } from './file-record.js';
import { type Digest, type KeeperId, type WallMs, wallMs } from './ids.js';

/** What a keeper found on its disk under the file's id. */
export interface ReplicaFound {
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  readonly quarantined: boolean;
  /** Whole, and bad bytes of the same file are set aside. */
  readonly aside: boolean;
}

/** Stands for "the keeper never said that it hashed the bytes". */
const neverVerified = wallMs(0);

export const replicaOf = (file: FileRecord, keeper: KeeperId): ReplicaRecord | undefined =>
  file.replicas.find((replica) => replica.keeper === keeper);

/** Whether the keeper has bad bytes of the file in quarantine, with or without a sound replica. */
export const hasBytesAside = ({ standing, aside }: ReplicaRecord): boolean =>
  standing === 'quarantined' || aside === true;

export const countSound = (file: FileRecord): number =>
  file.replicas.filter((replica) => replica.standing === 'sound').length;

export function withReplica(file: FileRecord, replica: ReplicaRecord): FileRecord {
  const others = file.replicas.filter((other) => other.keeper !== replica.keeper);
  const after = others.findIndex((other) => other.keeper > replica.keeper);
  return { ...file, replicas: others.toSpliced(after < 0 ? others.length : after, 0, replica) };
}

export const withoutReplica = (file: FileRecord, keeper: KeeperId): FileRecord => ({
  ...file,
  replicas: file.replicas.filter((replica) => replica.keeper !== keeper),
});

export const isSameReplica = (one: ReplicaRecord, other: ReplicaRecord): boolean =>
  one.keeper === other.keeper &&
  one.incarnation === other.incarnation &&
  one.standing === other.standing &&
  one.verifiedAt === other.verifiedAt &&
  one.aside === other.aside &&
  one.unreadable === other.unreadable;

/** Bytes are judged by the digest in the table, not by the manifest beside them. */
export const isSameContent = (
  file: FileRecord,
  found: { readonly size: number; readonly digest: Digest },
): boolean => file.digest === found.digest && file.size === found.size;

/**
 * The row of a replica whose keeper has just hashed the bytes, and they matched. Bad ones that
 * were found before stay set aside. A drop that was agreed to is not called off by this: its order
 * is on the way.
 */
export function provenRow(
  file: FileRecord,
  by: { readonly keeper: KeeperId; readonly incarnation: number },
  verifiedAt: WallMs,
): ReplicaRecord {
  const { keeper, incarnation } = by;
  const before = replicaOf(file, keeper);
  const standing = before?.standing === 'dropping' ? 'dropping' : 'sound';
  const row: ReplicaRecord = { keeper, incarnation, standing, verifiedAt };
  return before !== undefined && hasBytesAside(before) ? { ...row, aside: true } : row;
}

/** The row of a replica whose bytes were set aside. */
export const spoiltRow = (
  { keeper, verifiedAt }: ReplicaRecord,
  incarnation: number,
): ReplicaRecord => ({ keeper, incarnation, standing: 'quarantined', verifiedAt });

/** The row of a replica that its keeper cannot read. On one that is not sound nothing rests anyway. */
export const unreadRow = (replica: ReplicaRecord): ReplicaRecord =>
  replica.standing === 'sound' ? { ...replica, unreadable: true } : replica;

/** The row when what was set aside beside a replica is off the disk. */
export function withoutAside({ aside: _, ...replica }: ReplicaRecord): ReplicaRecord {
  return replica;
}

/**
 * The row that an inventory makes of what was found. A replica chosen as surplus becomes
 * sound again: a keeper forgets the orders that it had before it registered.
 */
export function judgeFound(
  file: FileRecord,
  found: ReplicaFound,
  by: { readonly keeper: KeeperId; readonly incarnation: number },
): ReplicaRecord {
  const row: ReplicaRecord = {
    keeper: by.keeper,
    incarnation: by.incarnation,
    standing: isSameContent(file, found) && !found.quarantined ? 'sound' : 'quarantined',
    verifiedAt: replicaOf(file, by.keeper)?.verifiedAt ?? neverVerified,
  };
  if (row.standing !== 'sound') return row;
  // An inventory looks at lengths and manifests: that the bytes can be read is shown by reading them.
  const isUnreadable = replicaOf(file, by.keeper)?.unreadable === true;
  return {
    ...row,
    ...(found.aside && { aside: true }),
    ...(isUnreadable && { unreadable: true }),
  };
}
