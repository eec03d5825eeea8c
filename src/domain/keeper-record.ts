/** What the lookup table says of one keeper. */
import type { KeeperId, WallMs } from './ids.js';

export interface KeeperRecord {
  readonly keeper: KeeperId;
  /** Of the start that was admitted last. */
  readonly incarnation: number;
  /** Tells that start from another one that has the same number; empty when it never said. */
  readonly startId: string;
  /** `host:port` of the data port. */
  readonly address: string;
  /** When it was first admitted. */
  readonly registeredAt: WallMs;
  readonly retired: boolean;
  /** Rows of the table that name this keeper. */
  readonly replicas: number;
  /** The term, by name, since whose rebuilding all that it held has been taken in. */
  readonly takenIn?: string;
}
