/**
 * Counts the replicas of one file for the replication loop, and says what the file needs.
 *
 * Only live replicas are rested upon: as first sources, and for every drop. One on a keeper
 * that is suspect or joining is `awaited`: not absent, so no copy is made and none is counted
 * as wanting because of it, and not proven either, so nothing is dropped because of it. One that
 * its keeper could not read is not awaited: no report says that it can be read again.
 * Nor is one on a keeper that cannot read all of its disk: files are brought to their target without
 * it, and if it can tell everything after all, what is too much is dropped.
 */
import type { FileRecord, ReplicaRecord } from './file-record.js';
import { type KeeperView, type KeeperViews, replicaState } from './keeper-view.js';

/** As much of a file record as replication keeps in mind. */
export type ReplicatedFile = Pick<FileRecord, 'fileId' | 'size' | 'digest' | 'target' | 'replicas'>;

export interface Census {
  readonly live: readonly ReplicaRecord[];
  readonly awaited: readonly ReplicaRecord[];
  /** Unreadable, or not vouched for by the start that its keeper runs now, whose inventory is known. */
  readonly stale: readonly ReplicaRecord[];
  /**
   * What is to go, on keepers that can be told: quarantined, or dropped already but for the
   * keeper's word. A sound one whose keeper has bad bytes set aside beside it is among the others
   * as well, and here last, for those bytes alone.
   */
  readonly unwanted: readonly ReplicaRecord[];
}

export interface FileNeed {
  readonly live: number;
  readonly isBelowTarget: boolean;
  /** Nobody has it who could be asked. */
  readonly isMissing: boolean;
  /** Copies wanted, those in flight included. */
  readonly wanted: number;
  /** Replicas above the target. */
  readonly surplus: number;
  /** Dropped as surplus, but for the keeper's word that they are off its disk. */
  readonly leaving: number;
  readonly unwanted: number;
}

export function takeCensus({ replicas }: ReplicatedFile, views: KeeperViews): Census {
  const census = {
    live: [] as ReplicaRecord[],
    awaited: [] as ReplicaRecord[],
    stale: [] as ReplicaRecord[],
    unwanted: [] as ReplicaRecord[],
  };
  for (const replica of replicas) {
    const kind = kindOf(replica, views);
    if (kind !== 'absent') census[kind].push(replica);
  }
  for (const replica of replicas)
    if (replica.standing === 'sound' && replica.aside && canBeTold(replica, views))
      census.unwanted.push(replica);
  return census;
}

export function judgeNeed(file: ReplicatedFile, census: Census): FileNeed {
  const present = census.live.length + census.awaited.length;
  const isMissing = present + census.stale.length === 0;
  return {
    live: census.live.length,
    isBelowTarget: present < file.target,
    isMissing,
    wanted: isMissing ? 0 : Math.max(0, file.target - present),
    surplus: Math.max(0, present - file.target),
    leaving: census.unwanted.filter(({ standing }) => standing === 'dropping').length,
    unwanted: census.unwanted.length,
  };
}

export const isInNeed = (need: FileNeed): boolean =>
  need.isBelowTarget || need.surplus > 0 || need.unwanted > 0;

function kindOf(replica: ReplicaRecord, views: KeeperViews): keyof Census | 'absent' {
  const view = views.get(replica.keeper);
  if (replica.standing !== 'sound') return canBeTold(replica, views) ? 'unwanted' : 'absent';
  switch (replicaState(replica, views)) {
    case 'live':
      return 'live';
    case 'suspect':
      return replica.unreadable ? 'stale' : 'awaited';
    case 'unverified':
      return !replica.unreadable && isToBeHeardOf(replica, view) ? 'awaited' : 'stale';
    default:
      return 'absent';
  }
}

/** An inventory is still to come, or the table has heard of the keeper's new start before its view changed. */
function isToBeHeardOf({ incarnation }: ReplicaRecord, view: KeeperView | undefined): boolean {
  if (incarnation > (view?.incarnation ?? 0)) return true;
  if (view?.inventory === 'partial') return false;
  return view?.state === 'joining' || view?.inventory === 'awaited';
}

const canBeTold = ({ keeper }: ReplicaRecord, views: KeeperViews): boolean =>
  views.get(keeper)?.state === 'alive' && views.get(keeper)?.inventory === 'whole';
