/** What passes between the lookup table's thread and its client, around the messages themselves. */
import type { Answer } from '../../domain/answer.js';
import type { PlainError } from '../../domain/errors.js';
import type { TableLimits } from '../../domain/table-limits.js';
import type { TableIdentity } from '../../domain/table-port.js';
import type { SnapshotNews, SnapshotPolicy } from '../../domain/table-snapshot.js';
import type { TableLost } from '../../storage/set-aside-table.js';
import type { TableOpening } from '../../storage/table-opening.js';
import type { RestoreOutcome } from '../../storage/table-restore.js';
import type { TableMessage, TableNotice } from './messages.js';

/** What the thread reads as its `workerData`. */
export interface TableThreadData {
  readonly dataDir: string;
  readonly limits: TableLimits;
  readonly snapshots: SnapshotPolicy;
  readonly opening: TableOpening;
}

export interface TableRequest {
  readonly id: number;
  readonly message: TableMessage;
}

export interface TableResponse {
  /** Of the request. */
  readonly id: number;
  readonly answer: Answer<unknown>;
}

export type ToTableThread =
  | { readonly type: 'ask'; readonly requests: readonly TableRequest[] }
  /** Everything asked before is answered first. */
  | { readonly type: 'stop' };

export type FromTableThread =
  | {
      readonly type: 'opened';
      readonly identity: TableIdentity;
      readonly restored?: RestoreOutcome | undefined;
      readonly lost?: TableLost | undefined;
      /** It is read from end to end while it is used. */
      readonly isUnread?: boolean;
      readonly snapshots?: SnapshotNews;
    }
  /** The batch that holds these requests is durable. */
  | {
      readonly type: 'answered';
      readonly identity: TableIdentity;
      readonly responses: readonly TableResponse[];
      /** The transaction and its sync. */
      readonly tookMs: number;
    }
  /** Of the batch answered just before. */
  | { readonly type: 'told'; readonly notices: readonly TableNotice[] }
  /** All of the table has been read, and is sound. */
  | { readonly type: 'read' }
  /** After each try to take one. */
  | { readonly type: 'snapshots'; readonly news: SnapshotNews }
  /** The last word: the thread ends, and what was asked and not answered may or may not have happened. */
  | { readonly type: 'failed'; readonly error: PlainError };
