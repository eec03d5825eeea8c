/**
 * The loop of a run: takes the next event, moves virtual time there, lets it happen, and goes on
 * only when everything that follows from it in the same turn has happened too.
 *
 * Turns are immediates of the real loop, many of them asked for at once: between any two of these
 * Node works off all ticks and promises, and only after the last one does it look at the real world.
 *
 * An event belongs to a process or to the world itself. While one of a process happens, and while
 * the promises that it settled are worked off, that process is the current one: that is how a
 * twin knows on whose clock, disk and network it is being called. Events of a process that has
 * ended never happen; those of a paused one happen when it goes on.
 */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers';
import { EventQueue, type Scheduled } from './event-queue.js';
import type { SimProcess } from './sim-process.js';

export interface KernelEvent extends Scheduled {
  /** Later than asked for while its process is paused. */
  atMs: number;
  /** Void once it has happened or was cancelled. */
  isDue: boolean;
  readonly process: SimProcess | undefined;
  /** What kind of event it is, for the trace. */
  readonly label: string;
  readonly happen: () => void;
}

const turnsAtOnce = 256;

export interface KernelOptions {
  /** More events than that in a run, and it is a livelock. */
  readonly eventsMax: number;
  /** Told of each event before it happens. */
  onEvent(event: KernelEvent): void;
  /** Thrown by the process itself and caught by nobody. */
  onThrown(process: SimProcess | undefined, error: unknown): void;
}

export class Kernel {
  readonly #options: KernelOptions;
  readonly #queue = new EventQueue<KernelEvent>();
  #nowMs = 0;
  #order = 0;
  #events = 0;
  #current: SimProcess | undefined;

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  /** Since the run began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get events(): number {
    return this.#events;
  }

  /** Whose turn it is; none while the world itself acts. */
  get current(): SimProcess | undefined {
    return this.#current;
  }

  /** Lets something happen in the world itself: it must not settle promises of a process. */
  after(delayMs: number, label: string, happen: () => void): KernelEvent {
    return this.#schedule(delayMs, label, happen, undefined);
  }

  /** Lets something happen in a process. */
  afterIn(process: SimProcess, delayMs: number, label: string, happen: () => void): KernelEvent {
    return this.#schedule(delayMs, label, happen, process);
  }

  /** Nothing of the process happens for so long; what is due meanwhile happens then, in its order. */
  pause(process: SimProcess, pausedMs: number): void {
    process.pausedUntilMs = Math.max(process.pausedUntilMs, this.#nowMs + pausedMs);
    process.loopLagMs = Math.max(process.loopLagMs, pausedMs);
    process.isPaused = true;
    this.after(pausedMs, 'resume', () => {
      if (this.#nowMs >= process.pausedUntilMs) this.resume(process);
    });
  }

  resume(process: SimProcess): void {
    process.isPaused = false;
    process.pausedUntilMs = 0;
    for (const event of process.held.splice(0)) {
      event.atMs = this.#nowMs;
      this.#queue.push(event);
    }
  }

  /** Resolves when virtual time has come to `untilMs`, or when `isOver` says so after an event. */
  run(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    return inTurns(() => this.#takeTurn(untilMs, isOver));
  }

  /** Ends what the last turn has begun, and goes on up to and with the next event of a process. */
  #takeTurn(untilMs: number, isOver: () => boolean): 'more' | 'over' {
    if (this.#current !== undefined) {
      this.#current = undefined;
      if (isOver()) return 'over';
    }
    for (;;) {
      const next = this.#takeNext(untilMs);
      if (next === undefined) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return 'over';
      }
      this.#nowMs = next.atMs;
      this.#happen(next);
      if (this.#current !== undefined) return 'more';
      if (isOver()) return 'over';
    }
  }

  #takeNext(untilMs: number): KernelEvent | undefined {
    for (;;) {
      const next = this.#queue.peek();
      if (next === undefined || next.atMs > untilMs) return undefined;
      this.#queue.pop();
      if (next.isDue) return next;
    }
  }

  #schedule(
    delayMs: number,
    label: string,
    happen: () => void,
    process: SimProcess | undefined,
  ): KernelEvent {
    assert(delayMs >= 0, `${label}: a delay of ${delayMs} ms`);
    this.#order += 1;
    const atMs = this.#nowMs + delayMs;
    const event = { atMs, order: this.#order, isDue: true, process, label, happen };
    this.#queue.push(event);
    return event;
  }

  #happen(event: KernelEvent): void {
    const { process } = event;
    if (process?.life === 'ended') return;
    if (process?.isPaused) {
      process.held.push(event);
      return;
    }
    this.#events += 1;
    assert(this.#events <= this.#options.eventsMax, `more than ${this.#options.eventsMax} events`);
    event.isDue = false;
    this.#options.onEvent(event);
    this.#current = process;
    try {
      event.happen();
    } catch (error) {
      this.#options.onThrown(process, error);
    }
  }
}

/** Takes one turn after the other until one says that it is over; rejects with what one throws. */
function inTurns(takeTurn: () => 'more' | 'over'): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const turn = (): void => {
      if (isOver) return;
      try {
        isOver = takeTurn() === 'over';
        if (isOver) resolve();
      } catch (error) {
        isOver = true;
        reject(error);
      }
    };
    const round = (): void => {
      if (isOver) return;
      for (let at = 0; at < turnsAtOnce; at += 1) nextTurn(turn);
      nextTurn(round);
    };
    round();
  });
}
