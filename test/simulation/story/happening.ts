/** A kind of thing that can happen in a story: something a client does, or a fault. */
import type fc from 'fast-check';
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Budget } from './budget.js';
import type { StepParams } from './story.js';

/** The layer that it strikes, as the table of faults has it. */
export type Layer = 'process' | 'network' | 'disk' | 'identity' | 'table' | 'time' | 'client';

export interface Happening {
  readonly kind: string;
  readonly layer: Layer;
  /** `over`: whoever keeps within the budget never draws it. */
  readonly budget: 'within' | 'over';
  /** How often it is drawn, compared with others. */
  readonly weight: number;
  readonly params: fc.Arbitrary<StepParams>;
  /** Answers what happened, as a clause for the story, or undefined when nothing could. */
  happen(params: StepParams, arena: Arena): string | undefined;
}

export interface Arena {
  readonly cluster: SimCluster;
  readonly budget: Budget;
}

export const numberOf = (params: StepParams, name: string): number => Number(params[name]);

/** The one that a number drawn at random means. */
export function choose<Item>(items: readonly Item[], drawn: number): Item | undefined {
  return items[drawn % Math.max(1, items.length)];
}
