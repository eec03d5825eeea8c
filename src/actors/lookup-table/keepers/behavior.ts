/** Which keepers the table knows, and whether a report is of a keeper's present start. */
import assert from 'node:assert/strict';
import { type Answer, accept, refuse } from '../../../domain/answer.js';
import type { KeeperStart } from '../../../domain/drop-guard.js';
import type { ClusterId, KeeperId } from '../../../domain/ids.js';
import type { KeeperRecord } from '../../../domain/keeper-record.js';
import {
  allKeepers,
  keeperKey,
  openUploads,
  termsKey,
  uploadKey,
} from '../../../domain/table-keys.js';
import { raised } from '../../../domain/table-port.js';
import type { TermBegun } from '../../../domain/table-rows.js';
import { lastRebuilt, type SeenBefore } from '../../../domain/term-line.js';
import type { Turn } from '../endings/behavior.js';
import type { TableRequests } from '../messages.js';

type Admission = TableRequests['admit keeper']['input'];
type Admitted = TableRequests['admit keeper']['answer'];

/**
 * A start whose number was used before (the directory is new, an older copy, or a clone) goes on
 * where the last one ended, so that what is known of its replicas gives way to its own inventory.
 */
export function admitKeeper(turn: Turn, admission: Admission): Answer<Admitted> {
  const { keeper, startId, address, isDoubted, isHeard, at } = admission;
  const cluster = judgeCluster(turn, admission);
  if (!cluster.ok) return cluster;
  const known = turn.get(keeperKey(keeper));
  if (known?.retired) return refuse('not-allowed', `${keeper} was retired`);
  const toBeTakenIn = isToBeTakenIn(turn, known);
  const isSame = known !== undefined && known.startId === startId && known.address === address;
  const isUsed = known !== undefined && admission.incarnation <= known.incarnation;
  // Not final: its end may only not have been noticed yet.
  if (isUsed && !isSame && isHeard) return refuseTwin(known);
  if (toBeTakenIn) raiseAbove(turn, admission.seen, cluster.value);
  if (isSame && !isDoubted) return accept({ incarnation: known.incarnation, toBeTakenIn });
  const incarnation = isUsed ? known.incarnation + 1 : admission.incarnation;
  const fresh = { registeredAt: at, retired: false, replicas: 0 };
  turn.put(keeperKey(keeper), { ...fresh, ...known, keeper, incarnation, startId, address });
  return accept({ incarnation, toBeTakenIn });
}

/** @returns the cluster that the table is of when the keeper is admitted */
function judgeCluster(turn: Turn, { keeper, clusterId }: Admission): Answer<ClusterId> {
  const own = turn.identity.clusterId;
  if (!isFoundAnew(turn)) {
    if (clusterId === undefined || clusterId === own) return accept(own);
    return refuse('not-allowed', `${keeper} belongs to another cluster, ${clusterId}`);
  }
  if (clusterId !== undefined) return accept(clusterId);
  return refuse(
    'unavailable',
    'which cluster this is, is not known before a keeper comes that belongs to it; for a new cluster start the master without --rebuild',
  );
}

/** The table is made again from nothing: not even its cluster is known. */
function isFoundAnew(turn: Turn): boolean {
  if (lineOf(turn).at(-1)?.rebuilt !== true) return false;
  return turn.totals.files === 0 && turn.range(allKeepers, 1).length === 0;
}

/** A keeper refuses a lower epoch for ever, and deletions for a lower commit. */
function raiseAbove(turn: Turn, seen: SeenBefore, cluster: ClusterId): void {
  const { clusterId, epoch, commit } = turn.identity;
  const isOfThisTerm = seen.terms.at(-1)?.termId === lineOf(turn).at(-1)?.termId;
  const to = raised(turn.identity, {
    clusterId: cluster,
    epoch: isOfThisTerm ? seen.highestEpoch : seen.highestEpoch + 1,
    commit: seen.highestCommit,
  });
  if (to.clusterId === clusterId && to.epoch === epoch && to.commit === commit) return;
  turn.raise(to);
}

/** It may hold files that the table has not heard of since it was made again. */
export function isToBeTakenIn(turn: Turn, keeper: KeeperRecord | undefined): boolean {
  const since = lastRebuilt(lineOf(turn));
  return since !== undefined && keeper?.takenIn !== since;
}

export function noteTakenIn(turn: Turn, keeper: KeeperRecord): void {
  const takenIn = lastRebuilt(lineOf(turn));
  if (takenIn === undefined || keeper.takenIn === takenIn) return;
  turn.put(keeperKey(keeper.keeper), { ...keeper, takenIn });
}

/** Whether it was ever made again from what keepers hold, as far as its terms are known. */
export const wasRebuilt = (turn: Turn): boolean => lastRebuilt(lineOf(turn)) !== undefined;

const lineOf = (turn: Turn): readonly TermBegun[] => turn.get(termsKey)?.terms ?? [];

export function beginTerm(
  turn: Turn,
  { termId, rebuilt }: TableRequests['begin term']['input'],
): Answer<readonly TermBegun[]> {
  const begun: TermBegun = { termId, beganAt: turn.identity.commit, ...(rebuilt && { rebuilt }) };
  const terms = [...lineOf(turn), begun].slice(-turn.limits.termsKeptMax);
  turn.put(termsKey, { terms });
  if (rebuilt) doubtUploads(turn);
  return accept(terms);
}

/** A later table that was lost may have committed what is reserved in this one. */
function doubtUploads(turn: Turn): void {
  for (const upload of turn.range(openUploads, Number.MAX_SAFE_INTEGER))
    if (upload.phase === 'reserved')
      turn.put(uploadKey(upload.uploadId), { ...upload, inDoubt: true });
}

export const listKeepers = (turn: Turn): Answer<readonly KeeperRecord[]> =>
  accept(turn.range(allKeepers, Number.MAX_SAFE_INTEGER));

/** An older or reordered report changes nothing. */
export function requireCurrent(turn: Turn, by: KeeperStart): Answer<KeeperRecord> {
  const known = turn.get(keeperKey(by.keeper));
  if (known === undefined || by.incarnation > known.incarnation)
    return refuse('not-found', `${by.keeper} was not admitted in its start ${by.incarnation}`);
  if (by.incarnation < known.incarnation) return refuseStale(known, by.incarnation);
  if (known.retired) return refuse('not-allowed', `${by.keeper} was retired`);
  return accept(known);
}

export function countReplicas(turn: Turn, keeper: KeeperId, change: 1 | -1): void {
  const known = turn.get(keeperKey(keeper));
  assert(known !== undefined, `a replica on ${keeper}, which was never admitted`);
  turn.put(keeperKey(keeper), { ...known, replicas: known.replicas + change });
}

const refuseTwin = ({ keeper, address }: KeeperRecord) =>
  refuse(
    'unavailable',
    `a keeper with the id "${keeper}" is running at ${address}: give this one another with --id, unless its directory is a copy of that keeper's`,
  );

const refuseStale = (known: KeeperRecord, incarnation: number) =>
  refuse(
    'stale',
    `${known.keeper} speaks of its start ${incarnation}, and start ${known.incarnation} was admitted`,
  );
