/**
 * The reading half of a socket: what has arrived, and whether anybody wants it.
 *
 * With `onread` bytes are copied into windows that the reader names, else they are pushed into the
 * stream. What is here when reading starts is read in a turn of its own.
 */
import type { SimProcess } from '../sim-process.js';
import { theWorld } from '../world.js';

export interface OnRead {
  readonly buffer: () => Uint8Array;
  readonly callback: (bytes: number, buffer: Uint8Array) => boolean;
}

export interface InletEvents {
  /** Bytes are about to be read. */
  onTaken(bytes: number): void;
  /** Answers whether more is wanted. */
  onBytes(bytes: Buffer): boolean;
  /** The peer will send no more, and all was read. */
  onEnd(): void;
}

export class SocketInlet {
  readonly #process: SimProcess;
  readonly #onread: OnRead | undefined;
  readonly #events: InletEvents;
  #window: Uint8Array | undefined;
  #arrived: Uint8Array[] = [];
  #isFinished = false;
  #isReading = false;
  #isReadDue = false;

  constructor(process: SimProcess, onread: OnRead | undefined, events: InletEvents) {
    this.#process = process;
    this.#onread = onread;
    this.#events = events;
  }

  get hasWindows(): boolean {
    return this.#onread !== undefined;
  }

  /** Asks for the first window. */
  open(): void {
    this.#window = this.#onread?.buffer();
  }

  start(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    if (this.#isReadDue || (this.#arrived.length === 0 && !this.#isFinished)) return;
    this.#isReadDue = true;
    theWorld().kernel.afterIn(this.#process, 0, 'net read', () => {
      this.#isReadDue = false;
      this.#deliver();
    });
  }

  stop(): void {
    this.#isReading = false;
  }

  /** For good. */
  close(): void {
    this.#isReading = false;
    this.#isFinished = false;
    this.#arrived = [];
  }

  arrive(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    if (!this.#isReadDue) this.#deliver();
  }

  finish(): void {
    this.#isFinished = true;
    if (!this.#isReadDue) this.#deliver();
  }

  #deliver(): void {
    for (;;) {
      const bytes = this.#arrived[0];
      if (!this.#isReading || bytes === undefined) break;
      if (this.#onread === undefined) this.#hand(bytes);
      else this.#fill(bytes, this.#onread);
    }
    if (!this.#isReading || !this.#isFinished) return;
    this.#isFinished = false;
    this.#events.onEnd();
  }

  #hand(bytes: Uint8Array): void {
    this.#arrived.shift();
    this.#events.onTaken(bytes.length);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!this.#events.onBytes(buffer)) this.#isReading = false;
  }

  #fill(bytes: Uint8Array, { buffer, callback }: OnRead): void {
    this.#window ??= buffer();
    const count = Math.min(this.#window.length, bytes.length);
    this.#window.set(count === bytes.length ? bytes : bytes.subarray(0, count));
    if (count === bytes.length) this.#arrived.shift();
    else this.#arrived[0] = bytes.subarray(count);
    this.#events.onTaken(count);
    if (callback(count, this.#window) === false) this.#isReading = false;
    // As Node has it: the next window is asked for now, though reading may have stopped.
    this.#window = buffer();
  }
}
