/** What a master tells of a healthy cluster of three keepers, but for what a test changes. */
import type { ClusterStatus, KeeperInfo } from '../../../src/actors/client/cluster.js';
import { keeperId } from '../../../src/domain/ids.js';

export const aStatus = (changes: Partial<ClusterStatus> = {}): ClusterStatus => ({
  epoch: 1,
  mode: 'serving',
  modeReason: '',
  keepers: { alive: 3, suspect: 0, lost: 0 },
  files: 12,
  bytes: 1_000,
  belowTarget: 0,
  missing: 0,
  copiesInFlight: 0,
  surplus: 0,
  bytesToCopy: 0,
  uploadsInProgress: 0,
  deletionsDue: 0,
  settled: true,
  security: 'loopback',
  ...changes,
});

export const aKeeper = (name: string, changes: Partial<KeeperInfo> = {}): KeeperInfo => ({
  keeper: keeperId(name),
  address: '127.0.0.1:7001',
  state: 'alive',
  lastHeartbeatMs: 300,
  usedBytes: 10,
  freeBytes: 90,
  replicas: 12,
  disk: 'sound',
  ...changes,
});

export const threeKeepers = (changes: Partial<KeeperInfo> = {}): readonly KeeperInfo[] => [
  aKeeper('k1'),
  aKeeper('k2', changes),
  aKeeper('k3'),
];
