/**
 * A process that is meant to run: started, killed, and started again by whoever supervises it.
 *
 *   down --start--> up --kill--> down --start--> …
 *                   +--exits with a failure--> down --after a while--> up
 *                   +--refuses its directory--> refused (a person is needed)
 */
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { Ending, SimProcess } from '../world/sim-process.js';
import type { Box } from './box.js';
import type { Stage } from './stage.js';

export interface Launched {
  readonly ready: Promise<unknown>;
  readonly ended: Promise<void>;
  stop(): void;
}

export interface ServiceOptions {
  readonly name: string;
  readonly box: Box;
  readonly stage: Stage;
  /** Called in the new process. */
  launch(process: SimProcess): Launched;
}

/** As systemd with `Restart=on-failure`. */
const restartAfterMs = 1_000;

export class Service {
  readonly name: string;
  readonly box: Box;
  readonly #options: ServiceOptions;
  readonly #stage: Stage;
  #process: SimProcess | undefined;
  #launched: Launched | undefined;
  #isReady = false;
  #isSupervised = true;
  #refusal: string | undefined;
  #starts = 0;

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.box = options.box;
    this.#options = options;
    this.#stage = options.stage;
  }

  get process(): SimProcess | undefined {
    return this.#process?.life === 'running' ? this.#process : undefined;
  }

  get isUp(): boolean {
    return this.process !== undefined;
  }

  /** It has said that it serves, in this life. */
  get isReady(): boolean {
    return this.isUp && this.#isReady;
  }

  /** Why it does not want to run on what it found. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  start(): void {
    this.#isSupervised = true;
    if (this.isUp) return;
    this.#isReady = false;
    this.#refusal = undefined;
    this.#starts += 1;
    const { kernel, trace } = this.#stage;
    const process = this.#stage.spawn(`${this.name}#${this.#starts}`, this.box);
    this.#process = process;
    trace.tell(this.name, 'starts');
    kernel.afterIn(process, 0, 'start', () => this.#launch(process));
  }

  /** What the process held is taken back by the machine at once. */
  kill(ending: Ending): void {
    const process = this.process;
    this.#isSupervised = false;
    if (process === undefined) return;
    process.end(ending);
    if (ending === 'power cut') this.box.disk.powerCut(this.#stage.chance);
  }

  /** SIGTERM. */
  stop(): void {
    const process = this.process;
    this.#isSupervised = false;
    if (process === undefined) return;
    this.#stage.kernel.afterIn(process, 0, 'SIGTERM', () => this.#launched?.stop());
  }

  #launch(process: SimProcess): void {
    try {
      const launched = this.#options.launch(process);
      this.#launched = launched;
      launched.ready.then(
        () => {
          this.#isReady = true;
          this.#stage.trace.tell(this.name, 'is ready');
        },
        // Told of by `ended`.
        () => undefined,
      );
      launched.ended.then(
        () => this.#exited(process),
        (error: unknown) => this.#exited(process, error),
      );
    } catch (error) {
      this.#exited(process, error);
    }
  }

  #exited(process: SimProcess, error?: unknown): void {
    const { kernel, trace } = this.#stage;
    process.end('exited');
    const reason = error instanceof Error ? error.message : String(error);
    trace.tell(this.name, error === undefined ? 'has stopped' : `exits: ${reason}`);
    if (error !== undefined && isRefusal(error)) {
      this.#refusal = reason;
      return;
    }
    // One that was stopped stays down, unless it was wanted again meanwhile.
    if (!this.#isSupervised) return;
    kernel.after(restartAfterMs, 'supervisor', () => {
      if (this.#isSupervised && !this.isUp) this.start();
    });
  }
}

/** To start again would not help. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ReelkeepError && ['conflict', 'usage', 'integrity'].includes(error.code);
