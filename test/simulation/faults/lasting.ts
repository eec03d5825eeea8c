/** Of faults that end by themselves: how long they last, and how they end. */
import fc from 'fast-check';
import type { SimCluster } from '../cluster/sim-cluster.js';
import { numberOf } from '../story/happening.js';
import type { StepParams } from '../story/story.js';
import { seconds } from './seconds.js';

/** 0: until the healing. */
export const lastsMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 10, max: 3_000 }),
  fc.integer({ min: 1_000, max: 30_000 }),
);

/** For what nothing but its own end heals. */
export const passesMs = fc.oneof(
  fc.integer({ min: 10, max: 3_000 }),
  fc.integer({ min: 1_000, max: 20_000 }),
);

/** @returns for how long, as the end of a clause. */
export function endLater(cluster: SimCluster, params: StepParams, end: () => void): string {
  const ms = numberOf(params, 'lastsMs');
  if (ms === 0) return 'until it is healed';
  cluster.stage.kernel.after(ms, 'fault ends', end);
  return `for ${seconds(ms)}`;
}
