/** One process in which decoders are tried, started again when it has died or had to be ended. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { readFound } from './found-file.js';
import type { HuntOrder, HuntReport } from './messages.js';

/** Of one order, which takes half a minute at most. */
const orderMsMax = 300_000;
const heapMbMax = 512;

export interface HunterOptions {
  /** The bundle of `worker.ts`. */
  readonly program: string;
  /** A path of its own, for what it tries when that has to be known. */
  readonly notes: string;
  readonly orderMsMax?: number;
}

export class Hunter {
  readonly #options: Required<HunterOptions>;
  #child: ChildProcess | undefined;

  constructor(options: HunterOptions) {
    this.#options = { orderMsMax, ...options };
  }

  async hunt(order: HuntOrder): Promise<HuntReport> {
    const answer = await this.#ask(order);
    return typeof answer === 'string' ? await this.#huntAgain(order, answer) : answer;
  }

  close(): void {
    this.#child?.disconnect();
  }

  /** The same seed tries the same inputs; this time the last one is known. */
  async #huntAgain(order: HuntOrder, ended: string): Promise<HuntReport> {
    const { notes } = this.#options;
    rmSync(notes, { force: true });
    const answer = await this.#ask({ ...order, noteInto: notes });
    if (typeof answer !== 'string') return answer;
    const tried = existsSync(notes) ? readFound(notes) : { input: new Uint8Array() };
    const finding = { ...tried, why: `its process ${ended}` };
    return { tried: 0, decoded: 0, tookMs: 0, finding };
  }

  /** Answers how the process ended when it did not answer. */
  async #ask(order: HuntOrder): Promise<HuntReport | string> {
    this.#child ??= await this.#start();
    const child = this.#child;
    const late = setTimeout(() => child.kill('SIGKILL'), this.#options.orderMsMax);
    child.send(order);
    const heard = await nextOf<HuntReport>(child);
    clearTimeout(late);
    if (typeof heard === 'string') this.#child = undefined;
    return heard;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(this.#options.program, {
      execArgv: ['--enable-source-maps', `--max-old-space-size=${heapMbMax}`],
      serialization: 'advanced',
    });
    const ready = await nextOf<{ readonly type: 'ready' }>(child);
    if (typeof ready === 'string') throw new Error(`the process of the decoders ${ready}`);
    return child;
  }
}

/** The next message, or how it ended before that. */
async function nextOf<Message>(child: ChildProcess): Promise<Message | string> {
  const done = new AbortController();
  const { signal } = done;
  const heard = once(child, 'message', { signal }).then(([message]) => message as Message);
  const ended = once(child, 'exit', { signal }).then(([code, killedBy]) =>
    killedBy === null ? `ended with code ${code}` : `was ended by ${killedBy}`,
  );
  try {
    return await Promise.race([heard, ended]);
  } finally {
    done.abort();
    await Promise.allSettled([heard, ended]);
  }
}
