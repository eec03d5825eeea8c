/** A process stands still (SIGSTOP, a paused virtual machine, swap) and goes on as if nothing had been. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const pauseProcess: Happening = {
  kind: 'pause',
  layer: 'process',
  budget: 'within',
  weight: 3,
  params: fc.record({
    service: fc.nat(9),
    pausedMs: fc.oneof(
      fc.integer({ min: 10, max: 2_000 }),
      fc.integer({ min: 1_000, max: 15_000 }),
      fc.integer({ min: 10_000, max: 120_000 }),
    ),
  }),
  happen(params, { cluster }) {
    const service = choose([cluster.master, ...cluster.keepers], numberOf(params, 'service'));
    const process = service?.process;
    if (service === undefined || process === undefined) return undefined;
    const pausedMs = numberOf(params, 'pausedMs');
    cluster.stage.kernel.pause(process, pausedMs);
    return `${service.name}: pauses for ${seconds(pausedMs)}`;
  },
};
