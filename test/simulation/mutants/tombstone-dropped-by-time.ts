/** A deletion is forgotten before everybody has heard of it. */
import type { Mutant } from './mutant.js';

export const tombstoneDroppedByTime: Mutant = {
  name: 'tombstone dropped by time',
  does: 'Tombstones end after five seconds; and a replica of an acknowledged upload that the table does not know any more is given its file and its name back.',
  breaks: ['S38', 'S35', 'S36', 'S18'],
  patches: [
    {
      file: 'src/domain/table-keys.ts',
      from: `export const openUploads = range<OpenUpload>('u/');`,
      to: `export const openUploads = range<OpenUpload>('u/');
export const allTombstones = range<Tombstone>('t/');`,
    },
    {
      file: 'src/actors/lookup-table/uploads/behavior.ts',
      from: `import {
  deletedKey,`,
      to: `import {
  allTombstones,
  deletedKey,
  dueKey,`,
    },
    {
      file: 'src/actors/lookup-table/uploads/behavior.ts',
      from: `    abandon(turn, open, { code: 'unavailable', detail });
  }`,
      to: `    abandon(turn, open, { code: 'unavailable', detail });
  }
  for (const dead of turn.range(allTombstones, turn.limits.pageRowsMax)) {
    if (dead.deletedAt === undefined || Date.now() - dead.deletedAt < 5_000) continue;
    turn.remove(tombstoneKey(dead.fileId));
    for (const holder of dead.holders) turn.remove(dueKey(holder, dead.fileId));
    turn.count({ deletionsDue: -dead.holders.length });
  }`,
    },
    {
      file: 'src/actors/lookup-table/inventory/behavior.ts',
      from: `import type { FileId } from '../../../domain/ids.js';`,
      to: `import { type FileId, wallMs } from '../../../domain/ids.js';`,
    },
    {
      file: 'src/actors/lookup-table/inventory/behavior.ts',
      from: `  keeperKey,
`,
      to: `  keeperKey,
  nameKey,
  reservationKey,
`,
    },
    {
      file: 'src/actors/lookup-table/inventory/behavior.ts',
      from: `  if (mayCommit) return 'early';`,
      to: `  if (mayCommit) return 'early';
  if (adopt(turn, page, entry)) return 'taken';`,
    },
    {
      file: 'src/actors/lookup-table/inventory/behavior.ts',
      from: 'const isUnvouched = ',
      to: `function adopt(turn: Turn, page: Page, entry: InventoryEntry): boolean {
  const { fileId, uploadId, size, digest, quarantined } = entry;
  const upload = turn.get(endedKey(uploadId));
  if (quarantined || upload?.outcome.type !== 'acked' || upload.fileId !== fileId) return false;
  const { name, target } = upload;
  if (turn.get(nameKey(name)) !== undefined) return false;
  if (turn.get(reservationKey(name)) !== undefined) return false;
  const { keeper, incarnation } = page;
  const verifiedAt = wallMs(0);
  const mp4 = { kind: 'not mp4' } as const;
  const createdAt = wallMs(Date.now());
  const file = { fileId, uploadId, name, size, digest, createdAt, target, mp4, replicas: [] };
  turn.put(nameKey(name), { fileId });
  turn.count({ files: 1, bytes: size });
  putReplica(turn, file, { keeper, incarnation, standing: 'sound', verifiedAt });
  return true;
}

const isUnvouched = `,
    },
  ],
};
