import { describe, expect, it } from 'vitest';
import { HistoryRecorder } from './recorder.js';

const ask = { client: 'c', name: 'a', call: { type: 'get' } } as const;
const notFound = { type: 'refused', code: 'not-found' } as const;

describe('history recorder', () => {
  it('keeps the order of events that share one instant', () => {
    const recorder = new HistoryRecorder();

    const first = recorder.invoke(ask, 5);
    recorder.settle(first, notFound, 5);
    recorder.invoke(ask, 5);

    expect(recorder.history).toEqual([
      {
        ...ask,
        id: 0,
        invokedAt: 5,
        returnedAt: 5,
        order: { invoked: 1, returned: 2 },
        outcome: notFound,
      },
      {
        ...ask,
        id: 1,
        invokedAt: 5,
        returnedAt: undefined,
        order: { invoked: 3, returned: undefined },
        outcome: { type: 'unknown' },
      },
    ]);
  });

  it('refuses a second outcome', () => {
    const recorder = new HistoryRecorder();
    const id = recorder.invoke(ask, 0);
    recorder.settle(id, notFound, 1);

    expect(() => recorder.settle(id, notFound, 2)).toThrow(`operation ${id} is not under way`);
  });
});
