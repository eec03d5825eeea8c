/** What passes between the lookup table's thread and its client, around the messages themselves. */
import type { Answer } from '../../domain/answer.js';
import type { PlainError } from '../../domain/errors.js';
import type { TableLimits } from '../../domain/table-limits.js';
import type { TableIdentity } from '../../domain/table-port.js';
import type { TableBase } from '../../storage/table-directory.js';
import type { TableMessage, TableNotice } from './messages.js';

/** What the thread reads as its `workerData`. */
export interface TableThreadData {
  readonly dataDir: string;
  readonly base: TableBase;
  readonly limits: TableLimits;
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
  | { readonly type: 'opened'; readonly identity: TableIdentity }
  /** The batch that holds these requests is durable. */
  | {
      readonly type: 'answered';
      readonly identity: TableIdentity;
      readonly responses: readonly TableResponse[];
    }
  /** Of the batch answered just before. */
  | { readonly type: 'told'; readonly notices: readonly TableNotice[] }
  /** The last word: the thread ends, and what was asked and not answered may or may not have happened. */
  | { readonly type: 'failed'; readonly error: PlainError };
