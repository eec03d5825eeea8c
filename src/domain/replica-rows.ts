/**
 * How the replica rows of one file change.
 *
 * A keeper has at most one row in a file, so that none is counted twice. Rows stay in the
 * order of their keepers, which makes equal records equal values.
 */
import type { FileRecord, ReplicaRecord } from './file-record.js';
import { type Digest, type KeeperId, wallMs } from './ids.js';

/** What a keeper found on its disk under the file's id. */
export interface ReplicaFound {
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  readonly quarantined: boolean;
}

/** Stands for "the keeper never said that it hashed the bytes". */
const neverVerified = wallMs(0);

export const replicaOf = (file: FileRecord, keeper: KeeperId): ReplicaRecord | undefined =>
  file.replicas.find((replica) => replica.keeper === keeper);

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
  one.verifiedAt === other.verifiedAt;

/** Bytes are judged by the digest in the table, not by the manifest beside them. */
export const isSameContent = (
  file: FileRecord,
  found: { readonly size: number; readonly digest: Digest },
): boolean => file.digest === found.digest && file.size === found.size;

/**
 * The row that an inventory makes of what was found. A replica chosen as surplus becomes
 * sound again: a keeper forgets the orders that it had before it registered.
 */
export function judgeFound(
  file: FileRecord,
  found: ReplicaFound,
  by: { readonly keeper: KeeperId; readonly incarnation: number },
): ReplicaRecord {
  return {
    keeper: by.keeper,
    incarnation: by.incarnation,
    standing: isSameContent(file, found) && !found.quarantined ? 'sound' : 'quarantined',
    verifiedAt: replicaOf(file, by.keeper)?.verifiedAt ?? neverVerified,
  };
}
