/** What the command says to the processes in which decoders are tried, and hears. */
import type { Tried } from '../try-all.js';

export interface HuntOrder {
  /** Its name. */
  readonly decoder: string;
  readonly seed: number;
  /** Whether every place is damaged in turn, or what chance chooses. */
  readonly how: 'sweep' | 'hunt';
  /** A file into which each input is written before it is tried: slower, for one that never comes back. */
  readonly noteInto?: string;
}

export interface HuntReport extends Tried {
  readonly tookMs: number;
}
