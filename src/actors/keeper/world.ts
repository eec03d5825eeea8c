/** The parts of a running keeper that its transfers and commands work with. */
import type { Logger } from 'pino';
import type { HashPool } from '../../storage/pool/hash-pool.js';
import type { ReplicaStore } from '../../storage/replica-store.js';
import type { ChunkBuffers } from '../../transfer/chunk-buffers.js';
import type { KeeperConnections } from '../runtime/keeper-connections.js';
import type { Arrivals } from './arrivals.js';
import type { KeeperConfig } from './config.js';
import type { KeeperCounters } from './counters.js';
import type { MasterLink } from './master-link.js';
import type { RepairBrake } from './repair-brake.js';
import type { Term } from './term.js';
import type { Verifications } from './verifications.js';

export interface KeeperWorld {
  readonly config: KeeperConfig;
  readonly log: Logger;
  readonly store: ReplicaStore;
  readonly pool: HashPool;
  /** For copies; a transfer server has its own. */
  readonly buffers: ChunkBuffers;
  /** Connections to other keepers. */
  readonly keepers: KeeperConnections;
  readonly link: MasterLink;
  readonly term: Term;
  readonly arrivals: Arrivals;
  readonly verifications: Verifications;
  readonly repairs: RepairBrake;
  readonly counters: KeeperCounters;
}
