/** Which keepers the table knows, and whether a report is of a keeper's present start. */
import assert from 'node:assert/strict';
import { type Answer, accept, refuse } from '../../../domain/answer.js';
import type { KeeperStart } from '../../../domain/drop-guard.js';
import type { KeeperId } from '../../../domain/ids.js';
import type { KeeperRecord } from '../../../domain/keeper-record.js';
import { allKeepers, keeperKey, termsKey } from '../../../domain/table-keys.js';
import type { TermBegun } from '../../../domain/table-rows.js';
import type { Turn } from '../endings/behavior.js';
import type { TableRequests } from '../messages.js';

type Admission = TableRequests['admit keeper']['input'];

/**
 * A start whose number was used before (the directory is new, an older copy, or a clone) goes on
 * where the last one ended, so that what is known of its replicas gives way to its own inventory.
 */
export function admitKeeper(
  turn: Turn,
  admission: Admission,
): Answer<{ readonly incarnation: number }> {
  const { keeper, clusterId, startId, address, isDoubted, isHeard, at } = admission;
  if (clusterId !== undefined && clusterId !== turn.identity.clusterId)
    return refuse('not-allowed', `${keeper} belongs to another cluster, ${clusterId}`);
  const known = turn.get(keeperKey(keeper));
  if (known?.retired) return refuse('not-allowed', `${keeper} was retired`);
  const isSame = known !== undefined && known.startId === startId && known.address === address;
  if (isSame && !isDoubted) return accept({ incarnation: known.incarnation });
  const isUsed = known !== undefined && admission.incarnation <= known.incarnation;
  // Not final: its end may only not have been noticed yet.
  if (isUsed && !isSame && isHeard) return refuseTwin(known);
  const incarnation = isUsed ? known.incarnation + 1 : admission.incarnation;
  const fresh = { registeredAt: at, retired: false, replicas: 0 };
  turn.put(keeperKey(keeper), { ...fresh, ...known, keeper, incarnation, startId, address });
  return accept({ incarnation });
}

export function beginTerm(
  turn: Turn,
  { termId }: TableRequests['begin term']['input'],
): Answer<readonly TermBegun[]> {
  const before = turn.get(termsKey)?.terms ?? [];
  const begun = { termId, beganAt: turn.identity.commit };
  const terms = [...before, begun].slice(-turn.limits.termsKeptMax);
  turn.put(termsKey, { terms });
  return accept(terms);
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
