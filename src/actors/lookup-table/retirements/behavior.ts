/** A keeper that never comes back: what the table awaited of it leaves, a bounded step at a time. */
import { type Answer, accept, refuse } from '../../../domain/answer.js';
import type { FileId, KeeperId } from '../../../domain/ids.js';
import { dropsDueOf, holderKey, holdersAfter, keeperKey } from '../../../domain/table-keys.js';
import { confirmDrop } from '../deletions/behavior.js';
import type { Turn } from '../endings/behavior.js';
import type { TableRequests } from '../messages.js';
import { findReplica, removeReplica } from '../replicas/behavior.js';

type Retirement = TableRequests['retire keeper'];

/** It is admitted no more from the first step on, so nothing that it had can come back. */
export function retireKeeper(
  turn: Turn,
  { keeper, incarnation }: Retirement['input'],
): Answer<Retirement['answer']> {
  const known = turn.get(keeperKey(keeper));
  if (known === undefined) return refuse('not-found', `there is no keeper "${keeper}"`);
  if (known.incarnation !== incarnation)
    return refuse('conflict', `${keeper} has started again meanwhile`);
  if (!known.retired) turn.put(keeperKey(keeper), { ...known, retired: true });
  const { pageRowsMax } = turn.limits;
  const held = turn.range(holdersAfter(keeper), pageRowsMax);
  let last = 0;
  for (const { fileId } of held) if (forgetReplica(turn, fileId, keeper) === 'last') last += 1;
  const due = turn.range(dropsDueOf(keeper), pageRowsMax);
  for (const { fileId } of due) confirmDrop(turn, keeper, fileId);
  const more = held.length === pageRowsMax || due.length === pageRowsMax;
  return accept({ replicas: held.length, last, more });
}

/** `last`: the table knows of no other replica of the file. */
function forgetReplica(turn: Turn, fileId: FileId, keeper: KeeperId): 'last' | 'one of several' {
  const found = findReplica(turn, fileId, keeper);
  // Whatever else is wrong, a row that was looked at does not come again.
  turn.remove(holderKey(keeper, fileId));
  if (found === undefined) return 'one of several';
  removeReplica(turn, found.file, keeper);
  return found.file.replicas.length === 1 ? 'last' : 'one of several';
}
