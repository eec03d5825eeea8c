import type { KeeperId } from '../../domain/ids.js';
import type { KeeperState } from '../../domain/keeper-view.js';

interface OfKeeper {
  readonly keeper: KeeperId;
  readonly incarnation: number;
}

/** Messages that name an incarnation older than the one admitted last change nothing. */
export type MonitorMessage =
  /** The table knows this keeper, and it has not been heard since this master started. */
  | ({ readonly type: 'known' } & OfKeeper)
  | ({ readonly type: 'admitted' } & OfKeeper)
  /** Its full inventory has been taken in. */
  | ({ readonly type: 'reported' } & OfKeeper)
  | ({ readonly type: 'heartbeat' } & OfKeeper)
  | ({ readonly type: 'stream broke' } & OfKeeper)
  | ({ readonly type: 'dialled back'; readonly answer: DialBackAnswer } & OfKeeper)
  | { readonly type: 'drain'; readonly keeper: KeeperId }
  | { readonly type: 'retire'; readonly keeper: KeeperId }
  | { readonly type: 'tick' };

/** `refused`: nothing listens there, so the process is gone. The other two decide nothing. */
export type DialBackAnswer = 'refused' | 'accepted' | 'silent';

export type MonitorEffect =
  | {
      readonly type: 'keeper changed';
      readonly keeper: KeeperId;
      readonly incarnation: number;
      /** Absent for a keeper that was not known. */
      readonly from?: KeeperState;
      readonly state: KeeperState;
      /** One clause for the log: `silent for 3.0 s`, `its stream broke`. */
      readonly cause: string;
    }
  | ({ readonly type: 'dial back' } & OfKeeper)
  /** This process was paused: every keeper was given its silence back. */
  | { readonly type: 'paused'; readonly pausedMs: number };
