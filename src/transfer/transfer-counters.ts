/** What a transfer server counts: bytes as they pass, and how each transfer ended. */
import { Tally, UnderWay } from '../domain/counting.js';
import type { ErrorCode } from '../domain/errors.js';
import type { RefusedRequest } from './handlers.js';

/** `copy_out`: read by another keeper, for a copy of its own. */
const servedOperations = ['put', 'get', 'manifest', 'copy_out'] as const;
export type ServedOperation = (typeof servedOperations)[number];

export class TransferCounters {
  readonly underWay = new UnderWay<ServedOperation>(servedOperations);
  readonly ended = new Tally<`${ServedOperation}/${'ok' | ErrorCode}`>();
  /** Of chunks, as they came. */
  receivedBytes = 0;
  /** Of chunks that have left, and of manifests. */
  readonly sentBytes = new Tally<ServedOperation>(['get', 'manifest', 'copy_out']);
  /** What came before any byte: no good ticket, no room, or not as the protocol has it. */
  readonly refused = new Tally<`${RefusedRequest['operation']}/${ErrorCode}`>();
}
