/** What the master knows of one keeper, and what that makes of the replicas on it. */
import type { FileRecord, ReplicaRecord } from './file-record.js';
import type { KeeperId } from './ids.js';

export type KeeperState = 'joining' | 'alive' | 'suspect' | 'lost' | 'draining' | 'retired';

/**
 * `whole` has been taken in. `partial`: the keeper has said more than once that it cannot read all of
 * its disk, and nothing says when it will.
 */
type InventoryStanding = 'awaited' | 'partial' | 'whole';

export interface KeeperView {
  readonly keeper: KeeperId;
  /** `host:port` of the data port. */
  readonly address: string;
  readonly state: KeeperState;
  readonly incarnation: number;
  /** Of this incarnation. */
  readonly inventory: InventoryStanding;
  /** No new replica may be placed here: its disk failed or is read-only. */
  readonly diskSuspect: boolean;
  readonly freeBytes: number;
  readonly usedBytes: number;
  /** Transfers under way, as its last heartbeat said. */
  readonly transfers: number;
}

export type KeeperViews = ReadonlyMap<KeeperId, KeeperView>;

export type ReplicaState = 'live' | 'unverified' | 'suspect' | 'lost' | 'quarantined';

/** Only `live` replicas count towards the target and for any deletion; `unverified` ones may be read from. */
export function replicaState(replica: ReplicaRecord, keepers: KeeperViews): ReplicaState {
  if (replica.standing === 'quarantined') return 'quarantined';
  // Ordered off its disk: whether or not the bytes are still there, nothing may rest on them.
  if (replica.standing === 'dropping') return 'lost';
  const keeper = keepers.get(replica.keeper);
  switch (keeper?.state) {
    case 'suspect':
      return 'suspect';
    case 'joining':
      return 'unverified';
    case 'alive':
    case 'draining':
      return isVouchedFor(replica, keeper) ? 'live' : 'unverified';
    default:
      return 'lost';
  }
}

const isVouchedFor = (replica: ReplicaRecord, keeper: KeeperView): boolean =>
  keeper.inventory === 'whole' &&
  replica.incarnation === keeper.incarnation &&
  replica.unreadable !== true;

/** Fit to read from, best first. */
export function readableReplicas(file: FileRecord, keepers: KeeperViews): readonly ReplicaRecord[] {
  const rank: Record<ReplicaState, number> = {
    live: 0,
    unverified: 1,
    suspect: 2,
    lost: 9,
    quarantined: 9,
  };
  return file.replicas
    .filter((replica) => replica.standing === 'sound')
    .map((replica) => ({ replica, rank: rank[replicaState(replica, keepers)] }))
    .filter((ranked) => ranked.rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .map((ranked) => ranked.replica);
}
