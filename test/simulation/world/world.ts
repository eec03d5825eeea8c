/**
 * The one world of a run, as the twins reach it.
 *
 * Twins are modules, as what they stand for is, so there is one place where they find the run that
 * is under way. Outside of a run, or outside of a process, every one of them fails loudly: nothing
 * falls through to the real world.
 */
import type { Chance } from './chance.js';
import type { Kernel } from './kernel.js';
import type { Network } from './network/network.js';
import type { SimProcess } from './sim-process.js';
import type { Trace } from './trace.js';

export interface World {
  readonly kernel: Kernel;
  readonly network: Network;
  /** Of latencies and of what survives a crash; processes have their own. */
  readonly chance: Chance;
  readonly trace: Trace;
  /** Told of what a thread takes and of what it answers, in order; it must only look. */
  observeThread?(traffic: ThreadTraffic): void;
  /** Told of each gRPC call with one request, when it arrives and when it is answered; it must only look. */
  observeCall?(traffic: CallTraffic): void;
  /** Wall time at the beginning of the run. */
  readonly wallStartMs: number;
}

export interface ThreadTraffic {
  readonly process: SimProcess;
  /** The same for all that one thread takes and answers; another one once it was started again. */
  readonly life: object;
  readonly thread: string;
  readonly direction: 'in' | 'out';
  readonly message: unknown;
}

export interface CallTraffic {
  /** That serves it. */
  readonly process: SimProcess;
  /** The same for the request and its answer. */
  readonly call: object;
  readonly path: string;
  readonly direction: 'in' | 'out';
  /** Absent for an answer that is an error. */
  readonly message: unknown;
}

/** Something asked the real world, or asked on behalf of nobody. */
export class TrapError extends Error {
  override readonly name = 'TrapError';
}

let underWay: World | undefined;

export function enterWorld(world: World): void {
  if (underWay !== undefined) throw new TrapError('a run is under way already');
  underWay = world;
}

export function leaveWorld(): void {
  underWay = undefined;
}

export function theWorld(): World {
  if (underWay === undefined) throw new TrapError('no run is under way');
  return underWay;
}

/** @param what is being asked for, for the sentence of the trap. */
export function thisProcess(what: string): SimProcess {
  const process = theWorld().kernel.current;
  if (process === undefined) throw new TrapError(`${what} was asked for by no process`);
  return process;
}
