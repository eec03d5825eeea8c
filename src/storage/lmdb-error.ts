/** What an error of LMDB means: it gives the number of the operating system's, and its words. */
import { constants } from 'node:os';
import { ReelkeepError } from '../domain/errors.js';

const { ENOSPC, EDQUOT } = constants.errno;

/** @param doing what came to nothing */
export function toTableError(doing: string, error: unknown): ReelkeepError {
  const options = { cause: error };
  if (isNoRoom(error)) return new ReelkeepError('no-space', `${doing}: the disk is full`, options);
  const why = error instanceof Error ? error.message : String(error);
  return new ReelkeepError('unavailable', `${doing}: ${why}`, options);
}

/**
 * Pages could not be written for want of room. Nothing of the commit is there then: it is its last
 * page that makes it one, and LMDB goes on from the commit before. A sync that failed says other words.
 */
export const isCommitWithoutRoom = (error: unknown): boolean =>
  isNoRoom(error) && error instanceof Error && error.message.includes('Attempting to write page');

const isNoRoom = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === ENOSPC || error.code === EDQUOT);
