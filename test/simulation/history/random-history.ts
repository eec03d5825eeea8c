/**
 * Histories of a store that is right: clients overlap, each operation acts on the reference model
 * at one instant of its own, and some outcomes are lost on the way back.
 */
import fc from 'fast-check';
import type { Call, History, Operation, Outcome } from './operations.js';
import { answer, emptyStore, type Store } from './reference-model.js';

interface Plan {
  readonly client: number;
  readonly name: string;
  readonly call: Call;
  readonly restMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly fate: Fate;
}

/** Whether the client hears, and when what it did not hear of takes effect. */
type Fate = 'heard' | 'lost' | 'lost and late' | 'lost and never';

const names = ['a', 'b', 'c'];
const name = fc.constantFrom(...names);

const call = (renames: number): fc.Arbitrary<Call> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('put' as const),
        content: fc.constant(''),
        replace: fc.boolean(),
      }),
    },
    { weight: 5, arbitrary: fc.constantFrom<Call>({ type: 'get' }, { type: 'stat' }) },
    { weight: 3, arbitrary: fc.constant<Call>({ type: 'remove' }) },
    { weight: 2, arbitrary: fc.constant<Call>({ type: 'list', prefix: '' }) },
    {
      weight: renames,
      arbitrary: fc.record({ type: fc.constant('rename' as const), to: name }),
    },
  );

const plan = (renames: number): fc.Arbitrary<Plan> =>
  fc.record({
    client: fc.nat(4),
    name,
    call: call(renames),
    restMs: fc.nat(4),
    beforeMs: fc.integer({ min: 1, max: 9 }),
    afterMs: fc.integer({ min: 1, max: 9 }),
    fate: fc.oneof(
      { weight: 8, arbitrary: fc.constant<Fate>('heard') },
      { weight: 1, arbitrary: fc.constantFrom<Fate>('lost', 'lost and late', 'lost and never') },
    ),
  });

export const rightHistories: fc.Arbitrary<History> = fc
  .nat(1)
  .chain((renames) => fc.array(plan(renames), { maxLength: 120, size: 'max' }))
  .map(perform);

interface Act {
  readonly operation: Operation;
  readonly actsAt: number;
  readonly fate: Fate;
}

function perform(plans: readonly Plan[]): History {
  const acts = schedule(plans);
  const outcomes = new Map<number, Outcome>();
  let store: Store = emptyStore;
  for (const { operation, fate } of [...acts].sort((a, b) => a.actsAt - b.actsAt)) {
    if (fate === 'lost and never') continue;
    const answered = answer(store, operation);
    store = answered.store;
    if (fate === 'heard') outcomes.set(operation.id, answered.outcome);
  }
  return acts.map(({ operation }) => ({
    ...operation,
    outcome: outcomes.get(operation.id) ?? operation.outcome,
  }));
}

/** Each client does one thing after another; no two operations act at the same instant. */
function schedule(plans: readonly Plan[]): readonly Act[] {
  const freeAt = new Map<number, number>();
  return plans.map((one, id) => {
    const { client, name, fate, beforeMs, afterMs } = one;
    const invokedAt = (freeAt.get(client) ?? 0) + one.restMs + 1;
    const returnedAt = invokedAt + beforeMs + afterMs;
    freeAt.set(client, returnedAt);
    const call = one.call.type === 'put' ? { ...one.call, content: `v${id}` } : one.call;
    const isDead = fate !== 'heard' && id % 2 === 0;
    const operation: Operation = {
      client: `c${client}`,
      id,
      name: call.type === 'list' ? '' : name,
      invokedAt,
      returnedAt: isDead ? undefined : returnedAt,
      call,
      outcome: isDead ? { type: 'unknown' } : { type: 'refused', code: 'unknown-outcome' },
    };
    const lateMs = fate === 'lost and late' ? 40 : 0;
    return { operation, fate, actsAt: invokedAt + beforeMs + lateMs + id / 1000 };
  });
}
