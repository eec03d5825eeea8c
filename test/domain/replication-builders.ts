import type { FileRecord, ReplicaRecord } from '../../src/domain/file-record.js';
import { digest, fileId, keeperId, uploadId, wallMs } from '../../src/domain/ids.js';
import type { KeeperView, KeeperViews } from '../../src/domain/keeper-view.js';

export const gib = 1024 ** 3;

/** An idle keeper in its first start with room, but for what is given. */
export const viewOf = (name: string, given: Partial<KeeperView> = {}): KeeperView => ({
  keeper: keeperId(name),
  address: '127.0.0.1:7001',
  state: 'alive',
  incarnation: 1,
  inventory: 'whole',
  diskSuspect: false,
  freeBytes: 100 * gib,
  usedBytes: 0,
  transfers: 0,
  ...given,
});

export const viewsOf = (...views: readonly KeeperView[]): KeeperViews =>
  new Map(views.map((view) => [view.keeper, view]));

export const replicaOn = (name: string, given: Partial<ReplicaRecord> = {}): ReplicaRecord => ({
  keeper: keeperId(name),
  incarnation: 1,
  standing: 'sound',
  verifiedAt: wallMs(0),
  ...given,
});

export const idOf = (number: number) => fileId(number.toString(16).padStart(32, '0'));

/** A file of target 3 with sound replicas on the keepers named, but for what is given. */
export const fileOf = (
  number: number,
  keepers: readonly (string | ReplicaRecord)[],
  given: Partial<FileRecord> = {},
): FileRecord => ({
  fileId: idOf(number),
  uploadId: uploadId('0'.repeat(32)),
  name: `films/${number}.mp4`,
  size: 1_000,
  digest: digest('0'.repeat(64)),
  createdAt: wallMs(0),
  target: 3,
  mp4: { kind: 'not mp4' },
  replicas: keepers.map((keeper) => (typeof keeper === 'string' ? replicaOn(keeper) : keeper)),
  ...given,
});
