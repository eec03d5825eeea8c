/** The world of one run as those see it who set it up: no process acts in it by itself. */
import { Chance } from '../world/chance.js';
import { Kernel } from '../world/kernel.js';
import { Network } from '../world/network/network.js';
import { SimProcess } from '../world/sim-process.js';
import { Trace } from '../world/trace.js';
import type { CallTraffic, ThreadTraffic, World } from '../world/world.js';
import type { Box } from './box.js';

export interface StageOptions {
  readonly seed: number;
  readonly isVerbose: boolean;
  /** A factor on what a line takes. */
  readonly networkSlowness: number;
  readonly eventsMax: number;
  onThrown(process: SimProcess | undefined, error: unknown): void;
  observeThread(traffic: ThreadTraffic): void;
  observeCall(traffic: CallTraffic): void;
}

/** Of one message in a room full of machines. */
const latencyMs = [0.2, 4] as const;

/** The first second of 2027. */
const wallStartMs = 1_798_761_600_000;

export class Stage implements World {
  readonly chance: Chance;
  readonly kernel: Kernel;
  readonly network: Network;
  readonly trace: Trace;
  readonly wallStartMs = wallStartMs;
  readonly observeThread: (traffic: ThreadTraffic) => void;
  readonly observeCall: (traffic: CallTraffic) => void;
  #pid = 100;

  constructor({
    seed,
    isVerbose,
    networkSlowness,
    eventsMax,
    onThrown,
    observeThread,
    observeCall,
  }: StageOptions) {
    this.observeThread = observeThread;
    this.observeCall = observeCall;
    this.chance = new Chance(seed);
    this.trace = new Trace(() => this.kernel.nowMs, isVerbose);
    this.kernel = new Kernel({
      eventsMax,
      onEvent: ({ process, label }) => this.trace.count(process?.pid ?? 0, label),
      onThrown,
    });
    const [leastMs, mostMs] = latencyMs;
    this.network = new Network({
      kernel: this.kernel,
      chance: this.chance.fork('network'),
      latencyMs: [leastMs * networkSlowness, mostMs * networkSlowness],
    });
  }

  spawn(name: string, machine: Box): SimProcess {
    this.#pid += 1;
    const process = new SimProcess({
      name,
      pid: this.#pid,
      machine,
      chance: this.chance.fork(name),
      startedAtMs: this.kernel.nowMs,
    });
    this.network.attach(process);
    return process;
  }
}
