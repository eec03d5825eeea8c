/**
 * One life of one process on one machine.
 *
 * Whoever gives it something that the operating system would take back (a socket, a lock, a
 * thread) asks to be told of its end. Nothing of an ended process ever happens again.
 */
import type { Chance } from './chance.js';
import type { KernelEvent } from './kernel.js';
import type { SimMachine } from './sim-machine.js';

/** `killed`: the machine goes on, with all that was written; `power cut`: it keeps what is durable, and perhaps more. */
export type Ending = 'exited' | 'killed' | 'power cut';

export interface SimProcessOptions {
  readonly name: string;
  readonly pid: number;
  readonly machine: SimMachine;
  readonly chance: Chance;
  readonly startedAtMs: number;
}

/** As faults reach it. */
export interface SimThread {
  readonly name: string;
  /** It throws, and nobody catches. */
  fail(error: unknown): void;
  /** Nothing that it does or is told happens any more, and nobody hears of it. */
  hang(): void;
}

export class SimProcess {
  readonly name: string;
  readonly pid: number;
  readonly machine: SimMachine;
  /** Of everything random in this life that is not a fault. */
  readonly chance: Chance;
  readonly startedAtMs: number;
  isPaused = false;
  /** Of a paused one. */
  pausedUntilMs = 0;
  /** Events that were due while it was paused. */
  readonly held: KernelEvent[] = [];
  /** What its event loop reports as its worst lag since it was last asked. */
  loopLagMs = 0;
  /** Those that run now. */
  readonly threads = new Set<SimThread>();
  readonly #endings = new Set<(ending: Ending) => void>();
  #ending: Ending | undefined;

  constructor({ name, pid, machine, chance, startedAtMs }: SimProcessOptions) {
    this.name = name;
    this.pid = pid;
    this.machine = machine;
    this.chance = chance;
    this.startedAtMs = startedAtMs;
  }

  get life(): 'running' | 'ended' {
    return this.#ending === undefined ? 'running' : 'ended';
  }

  /** Answers how to take the wish back. */
  onEnd(hook: (ending: Ending) => void): () => void {
    this.#endings.add(hook);
    return () => void this.#endings.delete(hook);
  }

  end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    for (const hook of this.#endings) hook(ending);
    this.#endings.clear();
  }
}
