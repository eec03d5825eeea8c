/** A small world for the tests of the network: processes on machines without disks. */
import { onTestFinished } from 'vitest';
import { Chance } from '../chance.js';
import { Kernel } from '../kernel.js';
import { SimProcess } from '../sim-process.js';
import { Trace } from '../trace.js';
import { enterWorld, leaveWorld } from '../world.js';
import { Network, type NetworkOptions } from './network.js';

export interface Rig {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly trace: Trace;
  /** A process that has started on the machine of that address. */
  start(address: string): SimProcess;
  /** Lets virtual time pass. */
  pass(ms: number): Promise<void>;
  /** Calls it as an event of the process, and lets time pass until what it promises is settled. */
  within<Value>(process: SimProcess, run: () => Promise<Value>): Promise<Value>;
  /** Calls it as an event of the process, now. */
  soon(process: SimProcess, run: () => void): Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1000;

export function createRig(seed = 1, options: Partial<NetworkOptions> = {}): Rig {
  const chance = new Chance(seed);
  const kernel: Kernel = new Kernel({
    eventsMax: 5_000_000,
    onEvent: ({ label, process }) => trace.note(process?.name ?? 'world', label),
    onThrown: (_, error) => {
      throw error;
    },
  });
  const trace = new Trace(() => kernel.nowMs, false);
  const network = new Network({ kernel, chance: chance.fork('network'), ...options });
  enterWorld({ kernel, network, chance, trace, wallStartMs: Date.UTC(2026, 0, 1) });
  onTestFinished(leaveWorld);
  let pid = 0;
  const rig: Rig = {
    kernel,
    network,
    trace,
    start(address) {
      pid += 1;
      const machine = { address, disk: {} as never, tables: {} as never, wallAheadMs: 0 };
      const name = `${address}#${pid}`;
      const startedAtMs = kernel.nowMs;
      const process = new SimProcess({
        name,
        pid,
        machine,
        chance: chance.fork(name),
        startedAtMs,
      });
      network.attach(process);
      return process;
    },
    pass: (ms) => kernel.run(kernel.nowMs + ms),
    async within<Value>(process: SimProcess, run: () => Promise<Value>) {
      let settled: { value: Value } | { error: unknown } | undefined;
      kernel.afterIn(process, 0, 'test', () => {
        run().then(
          (value) => {
            settled = { value };
          },
          (error: unknown) => {
            settled = { error };
          },
        );
      });
      await kernel.run(kernel.nowMs + dayMs, () => settled !== undefined);
      if (settled === undefined) throw new Error('it never settled');
      if ('error' in settled) throw settled.error;
      return settled.value;
    },
    async soon(process, run) {
      await rig.within(process, async () => run());
    },
  };
  return rig;
}
