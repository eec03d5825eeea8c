/** The life of a tombstone: from the deletion until the last keeper has confirmed, whatever time passes. */
import type { FileRecord } from './file-record.js';
import type { FileId, KeeperId, WallMs } from './ids.js';
import type { Tombstone } from './table-rows.js';

/** Every keeper with a row holds it, whatever the row says; a file without any needs no tombstone. */
export function bury(
  { fileId, name, replicas }: FileRecord,
  deletedAt: WallMs,
  replacedBy?: FileId,
): Tombstone | undefined {
  const holders = replicas.map((replica) => replica.keeper);
  if (holders.length === 0) return undefined;
  return { fileId, holders, deletedAt, ...(replacedBy && { replacedBy, replacedAs: name }) };
}

/** For bytes on a keeper's disk that belong to no file; when it was deleted, if it ever was one. */
export const condemn = (fileId: FileId, holder: KeeperId, deletedAt?: WallMs): Tombstone => ({
  fileId,
  holders: [holder],
  ...(deletedAt === undefined ? {} : { deletedAt }),
});

export function withHolder(tombstone: Tombstone, holder: KeeperId): Tombstone {
  if (tombstone.holders.includes(holder)) return tombstone;
  return { ...tombstone, holders: [...tombstone.holders, holder] };
}

/** Answers undefined when that was the last one. */
export function withoutHolder(tombstone: Tombstone, holder: KeeperId): Tombstone | undefined {
  const holders = tombstone.holders.filter((other) => other !== holder);
  return holders.length === 0 ? undefined : { ...tombstone, holders };
}
