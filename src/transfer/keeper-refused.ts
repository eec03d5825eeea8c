import { ReelkeepError } from '../domain/errors.js';
import type { VerdictFrame } from './frames.js';

/** The keeper itself said no, with its code and detail; every other failure is this side's or the connection's. */
export class KeeperRefused extends ReelkeepError {}

/** What a verdict means to someone for whom the transfer is not yet done. */
export const refusalOf = ({ code, detail }: VerdictFrame): ReelkeepError =>
  code === 'ok'
    ? new ReelkeepError('unavailable', 'the keeper called the transfer done before its end')
    : new KeeperRefused(code, detail);

/** Any error in the one form that callers see. */
export function asReelkeepError(error: unknown): ReelkeepError {
  if (error instanceof ReelkeepError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ReelkeepError('internal', detail, { cause: error });
}
