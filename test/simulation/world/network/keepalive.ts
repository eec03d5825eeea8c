/** Asks a peer for a sign of life every now and then, and gives it up when none comes. */
import type { ChannelOptions } from '@grpc/grpc-js';
import { clearTimeout, type SimTimeout, setTimeout } from '../clock.js';

export interface KeepaliveOptions {
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Nothing is asked while it says no; then it waits for `start`. */
  isWanted(): boolean;
  ping(): void;
  giveUp(): void;
}

const defaultTimeoutMs = 20_000;

export const keepaliveTimes = (options: Partial<ChannelOptions>) => ({
  everyMs: options['grpc.keepalive_time_ms'] ?? -1,
  timeoutMs: options['grpc.keepalive_timeout_ms'] ?? defaultTimeoutMs,
});

export class Keepalive {
  readonly #options: KeepaliveOptions;
  #timer: SimTimeout | undefined;
  #isPingDue = false;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
  }

  /** Does nothing while the clock runs; asks at once when the time came while nothing was wanted. */
  start(): void {
    if (this.#timer !== undefined || this.#options.everyMs <= 0 || !this.#options.isWanted())
      return;
    if (this.#isPingDue) {
      this.#isPingDue = false;
      this.#ask();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, this.#options.everyMs);
  }

  onPong(): void {
    this.stop();
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #ask(): void {
    if (!this.#options.isWanted()) {
      this.#isPingDue = true;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#options.giveUp();
    }, this.#options.timeoutMs);
    this.#options.ping();
  }
}
