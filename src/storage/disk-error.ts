/** What an error of the operating system means for a keeper. */
import { ReelkeepError } from '../domain/errors.js';

export interface SystemError extends Error {
  readonly code: string;
}

export const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  isSystemError(error) && codes.includes(error.code);

/** The error that a task was told of, as it would have been thrown here. */
export const systemError = (code: string, detail: string): SystemError =>
  Object.assign(new Error(detail), { code, syscall: '' });

/** Turns the absence of a file into a value; everything else stays an error. */
export async function unlessAbsent<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Never says that a file is absent: a disk that answers with an error knows nothing. */
export function diskError(
  doing: string,
  code: string,
  detail: string,
  cause?: unknown,
): ReelkeepError {
  const options = cause === undefined ? {} : { cause };
  if (isFull(code)) return new ReelkeepError('no-space', `${doing}: the disk is full`, options);
  return new ReelkeepError('unavailable', `${doing}: ${detail}`, options);
}

export function toDiskError(doing: string, error: unknown): unknown {
  return isSystemError(error) ? diskError(doing, error.code, error.message, error) : error;
}

/** The disk did not do what it was asked, whether that has been put into words already or not. */
export const isDiskFailure = (error: unknown): error is Error =>
  isSystemError(error) || (error instanceof ReelkeepError && error.code === 'unavailable');

/** Nothing new should be written to a disk that says so. */
export const isDiskSick = (code: string): boolean => code === 'EIO' || code === 'EROFS';

const isFull = (code: string): boolean =>
  code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
