/**
 * The owner's side of a thread actor: messages in, effects out, one end.
 *
 * The mailbox is bounded by counting: each message posted waits until the array of its
 * effects, which may be empty, has come back. A full mailbox means that the thread cannot
 * keep up or hangs; that ends it, because growing or forgetting would be worse.
 */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Silence } from './silence.js';

const require = createRequire(import.meta.url);

/** How long `stop` lets a thread work off its mailbox before it is ended anyway. */
const stopAfterMs = 5_000;

export interface ThreadOptions<Effect> {
  /** At most 15 characters, as the kernel shows them. */
  readonly name: string;
  /** What runs: an entry of `imports` in package.json such as `#thread/heartbeat-monitor`, or a path. */
  readonly entry: string;
  /** Plain data; what the thread reads as its `workerData`. */
  readonly workerData: unknown;
  /** Messages posted and not yet acknowledged. */
  readonly mailboxLengthMax: number;
  /** The effects of one message, in order. */
  onEffects(effects: readonly Effect[]): void;
  /** Called once, when the thread has ended without `stop`; nothing posted since the last effects was acknowledged. */
  onExit(reason: string): void;
}

export class ThreadActor<Message, Effect> {
  readonly #worker: Worker;
  readonly #options: ThreadOptions<Effect>;
  readonly #silence = new Silence();
  #waiting = 0;
  #life: 'running' | 'stopping' | 'ended' = 'running';
  #onIdle: (() => void) | undefined;

  /** Resolves when the thread runs; rejects when it ends before that. */
  static async start<Message, Effect>(
    options: ThreadOptions<Effect>,
  ): Promise<ThreadActor<Message, Effect>> {
    const worker = new Worker(require.resolve(options.entry), {
      name: options.name,
      workerData: options.workerData,
    });
    await once(worker, 'online');
    return new ThreadActor<Message, Effect>(worker, options);
  }

  private constructor(worker: Worker, options: ThreadOptions<Effect>) {
    this.#worker = worker;
    this.#options = options;
    worker.on('message', (effects: readonly Effect[]) => this.#onEffects(effects));
    worker.on('error', (error) => this.#end(describe(error)));
    worker.on('exit', (code) => this.#end(`it exited with code ${code}`));
  }

  /** Messages posted and not yet acknowledged. */
  get mailboxLength(): number {
    return this.#waiting;
  }

  /** How long it has said nothing while something waits. */
  get silentMs(): number {
    return this.#silence.ms;
  }

  /** `refused`: the thread has ended or is stopping, and this message will never be handled. */
  post(message: Message): 'posted' | 'refused' {
    if (this.#life !== 'running') return 'refused';
    if (this.#waiting >= this.#options.mailboxLengthMax) {
      this.#end(`mailbox full: ${this.#waiting} messages wait for it`);
      return 'refused';
    }
    this.#worker.postMessage(message);
    if (this.#waiting === 0) this.#silence.begin();
    this.#waiting += 1;
    return 'posted';
  }

  /** Lets the thread work off its mailbox, then ends it; `onExit` is not called. */
  async stop(): Promise<void> {
    if (this.#life === 'ended') return;
    this.#life = 'stopping';
    await this.#idle();
    this.#life = 'ended';
    await this.#worker.terminate();
  }

  #onEffects(effects: readonly Effect[]): void {
    if (this.#life === 'ended') return;
    this.#waiting -= 1;
    this.#silence.broken(this.#waiting);
    this.#options.onEffects(effects);
    if (this.#waiting === 0) this.#onIdle?.();
  }

  #idle(): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const deadline = setTimeout(resolve, stopAfterMs);
      this.#onIdle = () => {
        clearTimeout(deadline);
        resolve();
      };
    });
  }

  #end(reason: string): void {
    const life = this.#life;
    if (life === 'ended') return;
    this.#life = 'ended';
    void this.#worker.terminate();
    this.#onIdle?.();
    if (life === 'running') this.#options.onExit(reason);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `it threw ${error.name}: ${error.message}` : `it threw ${error}`;
}
