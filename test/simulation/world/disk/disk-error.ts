/** Errors as Node makes them of what the operating system answers. */
import { getSystemErrorMap } from 'node:util';

export type DiskErrorCode =
  | 'EBADF'
  | 'EBUSY'
  | 'EEXIST'
  | 'EINVAL'
  | 'EIO'
  | 'EISDIR'
  | 'ELOOP'
  | 'EMFILE'
  | 'ENAMETOOLONG'
  | 'ENOENT'
  | 'ENOSPC'
  | 'ENOTDIR'
  | 'ENOTEMPTY'
  | 'EACCES'
  | 'EPERM'
  | 'EROFS';

const known = new Map(
  [...getSystemErrorMap()].map(([errno, [code, message]]) => [code, { errno, message }]),
);

/** What the walk through the tree and the operations on it throw; it becomes an `ErrnoException` where the call is known. */
export class Refusal extends Error {
  readonly code: DiskErrorCode;

  constructor(code: DiskErrorCode) {
    super(code);
    this.code = code;
  }
}

export interface CallNames {
  readonly syscall: string;
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
}

export function diskErrno(code: DiskErrorCode, names: CallNames): NodeJS.ErrnoException {
  const { syscall, path, dest } = names;
  const { errno, message } = known.get(code) ?? { errno: -1, message: 'unknown error' };
  const at = path === undefined ? '' : ` '${path}'`;
  const to = dest === undefined ? '' : ` -> '${dest}'`;
  const error = new Error(`${code}: ${message}, ${syscall}${at}${to}`);
  return Object.assign(error, {
    errno,
    code,
    syscall,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}

/** What Node itself answers for a handle that was closed. */
export function handleClosed(syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error('file closed'), { code: 'EBADF', syscall });
}

/** What Node itself answers when `rm` finds a directory that it was not told to empty. */
export function rmOfDirectory(path: string): NodeJS.ErrnoException {
  const error = new Error(`Path is a directory: rm returned EISDIR (is a directory) ${path}`);
  error.name = 'SystemError';
  return Object.assign(error, { errno: 21, code: 'ERR_FS_EISDIR', syscall: 'rm', path });
}

export const isAbsence = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
