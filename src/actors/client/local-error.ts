/** What an error of this machine's file system means for someone who uploads or downloads. */
import { type ErrorCode, ReelkeepError } from '../../domain/errors.js';

export interface LocalWork {
  readonly verb: 'reading' | 'writing';
  readonly path: string;
}

export function localError(work: LocalWork, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  return localErrorOf(work, String(error.code), error.message, error);
}

/** @param code such as `ENOSPC`; @param detail what the operating system said */
export function localErrorOf(
  { verb, path }: LocalWork,
  code: string,
  detail: string,
  cause?: unknown,
): ReelkeepError {
  const [kind, reason] = meaningOf(verb, code) ?? ['internal', detail];
  return new ReelkeepError(kind, `${verb} ${path}: ${reason}`, { cause });
}

function meaningOf(verb: LocalWork['verb'], code: string): [ErrorCode, string] | undefined {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return verb === 'reading'
        ? ['not-found', 'there is no such file']
        : ['not-allowed', 'there is no such directory'];
    case 'EACCES':
    case 'EPERM':
      return ['not-allowed', 'permission denied'];
    case 'EROFS':
      return ['not-allowed', 'the file system is read-only'];
    case 'EISDIR':
      return ['not-allowed', 'it is a directory'];
    case 'ELOOP':
      return ['not-allowed', 'a symbolic link stands in its place'];
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return ['no-space', 'the local disk has no room for it'];
    case 'ENAMETOOLONG':
      return ['refused-input', 'the path is too long for this file system'];
    default:
      return undefined;
  }
}
