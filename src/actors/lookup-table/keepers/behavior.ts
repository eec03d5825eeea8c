/** Which keepers the table knows, and whether a report is of a keeper's present start. */
import assert from 'node:assert/strict';
import { type Answer, accept, refuse } from '../../../domain/answer.js';
import type { KeeperStart } from '../../../domain/drop-guard.js';
import type { KeeperId } from '../../../domain/ids.js';
import type { KeeperRecord } from '../../../domain/keeper-record.js';
import { allKeepers, keeperKey } from '../../../domain/table-keys.js';
import type { Turn } from '../endings/behavior.js';
import type { TableRequests } from '../messages.js';

type Admission = TableRequests['admit keeper']['input'];

export function admitKeeper(turn: Turn, admission: Admission): Answer<null> {
  const { keeper, clusterId, incarnation, address, at } = admission;
  if (clusterId !== undefined && clusterId !== turn.identity.clusterId)
    return refuse('not-allowed', `${keeper} belongs to another cluster, ${clusterId}`);
  const known = turn.get(keeperKey(keeper));
  if (known?.retired) return refuse('not-allowed', `${keeper} was retired`);
  if (known !== undefined && incarnation < known.incarnation)
    return refuseStale(known, incarnation);
  if (known?.incarnation === incarnation)
    return known.address === address ? accept(null) : refuseTwin(known);
  const fresh = { registeredAt: at, retired: false, replicas: 0 };
  turn.put(keeperKey(keeper), { ...fresh, ...known, keeper, incarnation, address });
  return accept(null);
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

/** One start of a keeper has one address: this is another process, on a copy of its directory. */
const refuseTwin = ({ keeper, address }: KeeperRecord) =>
  refuse(
    'conflict',
    `${keeper} runs at ${address} already: is this directory a copy of that keeper's?`,
  );

const refuseStale = (known: KeeperRecord, incarnation: number) =>
  refuse(
    'stale',
    `${known.keeper} speaks of its start ${incarnation}, and start ${known.incarnation} was admitted`,
  );
