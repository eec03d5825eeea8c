/** What strikes the processes and disks of a soak. */
import type { Budget } from '../budget.js';
import type { Contents } from '../contents.js';
import type { Strike } from '../plan.js';
import type { SoakClient } from '../soak-client.js';
import type { SoakCluster } from '../soak-cluster.js';

export interface Arena {
  readonly cluster: SoakCluster;
  readonly contents: Contents;
  readonly budget: Budget;
  readonly clients: readonly SoakClient[];
}

export interface Struck {
  /** A clause for the story. */
  readonly told: string;
  /** Undoes it, when its time is over. */
  readonly heal?: () => Promise<void>;
}

export interface Fault {
  readonly kind: string;
  /** Undefined when there is nobody whom it may strike. */
  readonly strike: (strike: Strike, arena: Arena) => Promise<Struck | undefined>;
}
