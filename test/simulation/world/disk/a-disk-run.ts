/** One machine with one disk, and programs that run on it in virtual time. */
import { Chance } from '../chance.js';
import { Kernel } from '../kernel.js';
import { SimProcess } from '../sim-process.js';
import { enterWorld, leaveWorld } from '../world.js';
import { SimDisk } from './sim-disk.js';

export class DiskRun {
  readonly disk: SimDisk;
  readonly chance: Chance;
  readonly kernel: Kernel;
  #process: SimProcess;
  #started = 1;

  /** A world is entered; leave it with `end`. */
  constructor({ seed = 1, capacityBytes = 1_000_000 } = {}) {
    this.disk = new SimDisk({ capacityBytes });
    this.chance = new Chance(seed);
    this.kernel = new Kernel({
      eventsMax: 1_000_000,
      onEvent: () => undefined,
      onThrown: (_process, error) => {
        throw error;
      },
    });
    this.#process = this.#start();
    const { chance, kernel } = this;
    enterWorld({
      kernel,
      chance,
      network: {} as never,
      trace: {} as never,
      observeThread: () => undefined,
      wallStartMs: 1_700_000_000_000,
    });
  }

  get process(): SimProcess {
    return this.#process;
  }

  end(): void {
    leaveWorld();
  }

  /** @throws what the program throws; an Error when it did not end. */
  async run<Value>(program: () => Promise<Value>, process = this.#process): Promise<Value> {
    const outcome = this.begin(program, process);
    await this.kernel.run(this.kernel.nowMs + 1_000_000, () => outcome.settled !== undefined);
    if (outcome.settled === undefined) throw new Error('the program did not end');
    return outcome.settled.take();
  }

  /** Without waiting: time goes on with `kernel.run`. */
  begin<Value>(program: () => Promise<Value>, process = this.#process): Outcome<Value> {
    const outcome: Outcome<Value> = { settled: undefined };
    this.kernel.afterIn(process, 0, 'program', () => {
      program().then(
        (value) => {
          outcome.settled = { take: () => value };
        },
        (error: unknown) => {
          outcome.settled = {
            take: () => {
              throw error;
            },
          };
        },
      );
    });
    return outcome;
  }

  /** What runs next is another process. */
  kill(): void {
    this.#process.end('killed');
    this.#process = this.#start();
  }

  powerCut(): void {
    this.#process.end('power cut');
    this.disk.powerCut(this.chance);
    this.#process = this.#start();
  }

  another(): SimProcess {
    return this.#start();
  }

  #start(): SimProcess {
    this.#started += 1;
    return new SimProcess({
      name: `program ${this.#started}`,
      pid: this.#started,
      machine: { address: 'm', disk: this.disk, tables: {} as never, wallAheadMs: 0 },
      chance: this.chance.fork(`program ${this.#started}`),
      startedAtMs: this.kernel?.nowMs ?? 0,
    });
  }
}

export interface Outcome<Value> {
  settled: { take(): Value } | undefined;
}
