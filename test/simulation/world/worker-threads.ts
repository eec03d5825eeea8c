/**
 * Twin of `node:worker_threads`: a thread is a behavior in the same process whose messages take
 * time, arrive in order, and are copies.
 *
 * What a thread runs is the production behavior behind the production server; only the few lines
 * of its `thread.ts`, which are evaluated once in a real thread, are said again in
 * `thread-entries.ts`.
 */
import { EventEmitter } from 'node:events';
import type { SimProcess } from './sim-process.js';
import { runThread } from './thread-entries.js';
import { theWorld, thisProcess } from './world.js';

interface WorkerOptions {
  readonly name: string;
  readonly workerData: unknown;
}

/** Between posting a message and its being taken. */
const handOverMs = { min: 0.01, max: 0.2 };
const startMs = { min: 5, max: 40 };

export class Worker extends EventEmitter {
  readonly name: string;
  readonly #process: SimProcess;
  readonly #port: ThreadPort;
  #life: 'running' | 'hanging' | 'ended' = 'running';
  readonly #mailbox: unknown[] = [];
  #lastMs = 0;

  constructor(entry: string, { name, workerData }: WorkerOptions) {
    super();
    this.name = name;
    this.#process = thisProcess('a thread');
    this.#port = new ThreadPort(
      (message) => this.#deliver(message),
      () => this.#end(0),
    );
    this.#process.threads.add(this);
    this.#later(this.#process.chance.between(startMs.min, startMs.max), () => {
      this.emit('online');
      this.#guarded(() => runThread(entry, workerData, this.#port, (error) => this.fail(error)));
    });
  }

  postMessage(message: unknown): void {
    this.#mailbox.push(structuredClone(message));
    this.#later(this.#inOrderMs(), () =>
      this.#guarded(() => {
        if (this.#mailbox.length === 0) return;
        const next = this.#mailbox.shift();
        this.#observe('in', next);
        this.#port.emit('message', next);
      }),
    );
    this.#port.mailbox = this.#mailbox;
  }

  terminate(): Promise<number> {
    this.#end(1);
    return Promise.resolve(1);
  }

  /** The thread throws what nobody catches. */
  fail(error: unknown): void {
    if (this.#life !== 'running') return;
    this.#later(0, () => this.emit('error', error));
    this.#end(1);
  }

  hang(): void {
    if (this.#life === 'running') this.#life = 'hanging';
  }

  #guarded(work: () => void): void {
    if (this.#life !== 'running') return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  #deliver(message: unknown): void {
    if (this.#life === 'hanging') return;
    const copy = structuredClone(message);
    this.#observe('out', copy);
    this.#later(this.#inOrderMs(), () => {
      this.emit('message', copy);
    });
  }

  #end(code: number): void {
    if (this.#life === 'ended') return;
    this.#life = 'ended';
    this.#process.threads.delete(this);
    this.#later(this.#inOrderMs(), () => this.emit('exit', code));
  }

  #observe(direction: 'in' | 'out', message: unknown): void {
    theWorld().observeThread?.({
      process: this.#process,
      life: this,
      thread: this.name,
      direction,
      message,
    });
  }

  #inOrderMs(): number {
    const { nowMs } = theWorld().kernel;
    const drawnMs = nowMs + this.#process.chance.between(handOverMs.min, handOverMs.max);
    this.#lastMs = Math.max(this.#lastMs, drawnMs);
    return this.#lastMs - nowMs;
  }

  #later(delayMs: number, work: () => void): void {
    theWorld().kernel.afterIn(this.#process, delayMs, `thread ${this.name}`, work);
  }
}

/** The thread's own side. */
export class ThreadPort extends EventEmitter {
  readonly #deliver: (message: unknown) => void;
  readonly #onClose: () => void;
  mailbox: unknown[] = [];

  constructor(deliver: (message: unknown) => void, onClose: () => void) {
    super();
    this.#deliver = deliver;
    this.#onClose = onClose;
  }

  postMessage(message: unknown): void {
    this.#deliver(message);
  }

  close(): void {
    this.#onClose();
  }
}

export type { ThreadPort as MessagePort };

/** Takes the next message that waits, without an event. */
export function receiveMessageOnPort(port: ThreadPort): { message: unknown } | undefined {
  if (port.mailbox.length === 0) return undefined;
  return { message: port.mailbox.shift() };
}
