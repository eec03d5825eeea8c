import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import type { FromTableThread, TableRequest } from '../../../src/actors/lookup-table/envelope.js';
import type { TableMessage } from '../../../src/actors/lookup-table/messages.js';
import { TableServer } from '../../../src/actors/lookup-table/table-server.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { defaultTableLimits } from '../../../src/domain/table-limits.js';
import type { TableStore, TableTransaction } from '../../../src/storage/table-store.js';
import { MemoryTableDisk, MemoryTableStore } from '../../simulation/memory-table-store.js';
import { reservation, uploadIdOf } from './table-under-test.js';

const { port1: masters, port2: threads } = new MessageChannel();
afterAll(() => masters.close());

describe('the server of a table whose disk is full', () => {
  it('L13: refuses what would write, answers the others, and takes both when there is room', () => {
    const store = new FullStore();
    const server = new TableServer(threads, store, defaultTableLimits);
    const reserve: TableMessage = { type: 'reserve upload', input: reservation };
    const batch = [ask(1, { type: 'list keepers', input: null }), ask(2, reserve), ask(3, sumUp)];

    server.receive({ type: 'ask', requests: batch });
    const whileFull = heard();
    store.isFull = false;
    server.receive({ type: 'ask', requests: [ask(4, reserve), ask(5, sumUp)] });

    expect(whileFull).toEqual([
      [1, { ok: true, value: [] }],
      [2, { ok: false, error: { code: 'no-space', detail: 'full' } }],
      [3, { ok: true, value: expect.objectContaining({ uploadsInProgress: 0 }) }],
    ]);
    expect(heard()).toEqual([
      [4, { ok: true, value: expect.objectContaining({ committed: false }) }],
      [5, { ok: true, value: expect.objectContaining({ uploadsInProgress: 1 }) }],
    ]);
  });

  it('ends at any other failure', () => {
    const store = new FullStore('unavailable');
    const server = new TableServer(threads, store, defaultTableLimits);
    const input = { uploadId: uploadIdOf(1), error: { code: 'internal', detail: '' } } as const;

    const attempt = () =>
      server.receive({
        type: 'ask',
        requests: [
          ask(1, { type: 'reserve upload', input: reservation }),
          ask(2, { type: 'abandon upload', input }),
        ],
      });

    expect(attempt).toThrow(expect.objectContaining({ code: 'unavailable' }));
    expect(heard()).toEqual([]);
  });
});

const sumUp: TableMessage = { type: 'sum up', input: null };
const ask = (id: number, message: TableMessage): TableRequest => ({ id, message });

/** Answers by the numbers of their requests, in the order in which they came. */
function heard(): readonly unknown[] {
  const answers: unknown[] = [];
  for (;;) {
    const message = receiveMessageOnPort(masters)?.message as FromTableThread | undefined;
    if (message === undefined) return answers;
    if (message.type === 'answered')
      for (const { id, answer } of message.responses) answers.push([id, answer]);
  }
}

/** As the one on a disk: what was written when it finds no room is not there. */
class FullStore implements TableStore {
  isFull = true;
  readonly #memory = new MemoryTableStore(new MemoryTableDisk());
  readonly #code: 'no-space' | 'unavailable';

  constructor(code: 'no-space' | 'unavailable' = 'no-space') {
    this.#code = code;
  }

  get identity() {
    return this.#memory.identity;
  }

  transact<Result>(work: (transaction: TableTransaction) => Result): Result {
    return this.#memory.transact((transaction) => {
      let written = 0;
      const result = work({
        identity: transaction.identity,
        get: (key) => transaction.get(key),
        range: (range, limit) => transaction.range(range, limit),
        apply: (writes) => {
          written += writes.length;
          transaction.apply(writes);
        },
      });
      if (this.isFull && written > 0) throw new ReelkeepError(this.#code, 'full');
      return result;
    });
  }

  async close(): Promise<void> {
    await this.#memory.close();
  }
}
