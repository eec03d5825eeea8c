/**
 * The thread's side of the lookup table: takes what lies in its mailbox as one batch.
 *
 * While a batch is being synced the mailbox fills, so the more is asked, the more share a sync.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import { millis } from '../../domain/ids.js';
import type { TableLimits } from '../../domain/table-limits.js';
import type { TableStore } from '../../storage/table-store.js';
import { runBatch } from './batch.js';
import { createTable, type TableBehavior, type TableState } from './behavior.js';
import type { FromTableThread, TableRequest, ToTableThread } from './envelope.js';

export class TableServer {
  readonly #port: MessagePort;
  readonly #store: TableStore;
  readonly #behavior: TableBehavior;
  readonly #batchMax: number;
  #state: TableState;

  constructor(port: MessagePort, store: TableStore, limits: TableLimits) {
    this.#port = port;
    this.#store = store;
    this.#behavior = createTable(limits);
    this.#batchMax = limits.batchMessagesMax;
    this.#state = this.#behavior.initial;
  }

  /** Answers one message of the port and, with it, those that wait behind it. */
  receive(first: ToTableThread): 'running' | 'stopped' {
    const requests: TableRequest[] = [];
    let message: ToTableThread | undefined = first;
    while (message?.type === 'ask') {
      requests.push(...message.requests);
      message = requests.length < this.#batchMax ? this.#next() : undefined;
    }
    for (let at = 0; at < requests.length; at += this.#batchMax)
      this.#answerAll(requests.slice(at, at + this.#batchMax));
    return message?.type === 'stop' ? 'stopped' : 'running';
  }

  /** While there is no room for what one of them writes, the others are answered without it. */
  #answerAll(requests: readonly TableRequest[]): void {
    try {
      this.#answer(requests);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      if (requests.length > 1) for (const request of requests) this.#answerAll([request]);
      else this.#refuse(requests, error);
    }
  }

  #refuse(requests: readonly TableRequest[], error: ReelkeepError): void {
    const answer = { ok: false, error: toPlainError(error) } as const;
    const responses = requests.map(({ id }) => ({ id, answer }));
    this.#post({ type: 'answered', identity: this.#store.identity, responses, tookMs: 0 });
  }

  #answer(requests: readonly TableRequest[]): void {
    const now = millis(performance.now());
    const batch = runBatch(this.#store, this.#behavior, this.#state, requests, now);
    this.#state = batch.state;
    const { responses, notices } = batch;
    const tookMs = performance.now() - now;
    this.#post({ type: 'answered', identity: this.#store.identity, responses, tookMs });
    if (notices.length > 0) this.#post({ type: 'told', notices });
  }

  #next(): ToTableThread | undefined {
    return receiveMessageOnPort(this.#port)?.message;
  }

  #post(message: FromTableThread): void {
    this.#port.postMessage(message);
  }
}

/** Nothing of the batch was written, and nothing in the store has changed. */
const isNoSpace = (error: unknown): error is ReelkeepError =>
  error instanceof ReelkeepError && error.code === 'no-space';
