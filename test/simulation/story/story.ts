/**
 * A run as data: a cluster, the seed of the world's dice, and what is done to it when.
 *
 * A story is all that a run depends on. It is drawn by fast-check, kept as JSON, and made
 * shorter by leaving steps out.
 */
import type { ClusterShape } from '../cluster/cluster-shape.js';

export interface Story {
  readonly seed: number;
  readonly shape: ClusterShape;
  /** Within: every committed file keeps one undamaged durable replica that will come back. */
  readonly budget: 'within' | 'over';
  /** In order of time. */
  readonly steps: readonly Step[];
  /** How long the faults last, from when the cluster was up; then it is healed. */
  readonly faultsMs: number;
}

export interface Step {
  /** From when the cluster was up. */
  readonly atMs: number;
  /** Of a client's operation or of a fault. */
  readonly kind: string;
  readonly params: StepParams;
}

export type StepParams = Readonly<Record<string, number | string | boolean>>;
