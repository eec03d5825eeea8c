/** Runs a batch of requests in one durable transaction: each sees what those before it wrote. */
import type { Millis } from '../../domain/ids.js';
import type { TableStore } from '../../storage/table-store.js';
import type { TableBehavior, TableState } from './behavior.js';
import type { TableRequest, TableResponse } from './envelope.js';
import type { TableNotice } from './messages.js';

export interface BatchOutcome {
  readonly state: TableState;
  /** To be let go before the notices. */
  readonly responses: readonly TableResponse[];
  readonly notices: readonly TableNotice[];
}

/** When this returns, the batch is durable; when it throws, nobody may be told anything of it. */
export function runBatch(
  store: TableStore,
  behavior: TableBehavior,
  before: TableState,
  requests: readonly TableRequest[],
  now: Millis,
): BatchOutcome {
  return store.transact((transaction) => {
    let state = before;
    const responses: TableResponse[] = [];
    const notices: TableNotice[] = [];
    for (const { id, message } of requests) {
      const step = behavior.receive(transaction, state, message, now);
      transaction.apply(step.writes);
      state = step.state;
      responses.push({ id, answer: step.answer });
      notices.push(...step.notices);
    }
    return { state, responses, notices };
  });
}
