/** A bug that a naive program has, planted into production code while the simulator is bundled. */
import type { Patch } from '../bundle/patches.js';

export interface Mutant {
  /** As the list of bugs names it. */
  readonly name: string;
  /** One sentence: what the program does then. */
  readonly does: string;
  /** Invariants that may be seen broken first. */
  readonly breaks: readonly string[];
  readonly patches: readonly Patch[];
}
