/**
 * A call that the disk is asked to do and answers later, as through a pool of threads.
 *
 * It happens at one instant between asking and answering, whatever the process does meanwhile;
 * calls under way at once happen in any order. An ended process is never answered, and what had
 * not happened by then never does.
 */
import type { SimProcess } from '../sim-process.js';
import { theWorld } from '../world.js';
import type { DiskCall } from './disk-faults.js';

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

/** Also for what is asked of the disk inside a task of a pool. */
export function onDisk<Value>(
  process: SimProcess,
  call: DiskCall,
  effect: () => Value,
): Promise<Value> {
  const { kernel } = theWorld();
  const { faults } = process.machine.disk;
  const latencyMs = drawLatencyMs(process, call) * faults.slowness;
  const untilEffectMs = latencyMs * process.chance.real();
  return new Promise((resolve, reject) => {
    const settle = (outcome: Outcome<Value>): void => {
      if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.value);
    };
    // Not in the process: what it has asked for happens even while it is paused.
    kernel.after(untilEffectMs, 'disk effect', () => {
      faults.whenFree(() => {
        if (process.life === 'ended') return;
        const outcome = outcomeOf(effect);
        answer(process, latencyMs - untilEffectMs, () => settle(outcome));
      });
    });
  });
}

function answer(process: SimProcess, delayMs: number, settle: () => void): void {
  const { kernel } = theWorld();
  const { faults } = process.machine.disk;
  kernel.afterIn(process, delayMs, 'disk', () => {
    if (faults.stuck) faults.whenFree(() => answer(process, 0, settle));
    else settle();
  });
}

function outcomeOf<Value>(effect: () => Value): Outcome<Value> {
  try {
    return { value: effect() };
  } catch (error) {
    return { error };
  }
}

function drawLatencyMs({ chance }: SimProcess, call: DiskCall): number {
  return call === 'sync' ? chance.spread(0.3, 20) : chance.spread(0.02, 2);
}
