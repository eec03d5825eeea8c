/** How a file is to be opened, in Node's words and in the operating system's. */
import { constants } from 'node:fs';
import { TrapError } from '../world.js';

export interface OpenFlags {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly creates: boolean;
  /** Fails when the file is there. */
  readonly isExclusive: boolean;
  readonly empties: boolean;
  readonly appends: boolean;
  readonly wantsDirectory: boolean;
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND } = constants;
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

const words: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
  'wx+': O_RDWR | O_CREAT | O_TRUNC | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
  ax: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
  'a+': O_RDWR | O_CREAT | O_APPEND,
  'ax+': O_RDWR | O_CREAT | O_APPEND | O_EXCL,
};

/** There are no links to be followed and no pipes to be waited for on a simulated disk. */
const meaningless = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
const access = O_RDONLY | O_WRONLY | O_RDWR;
const understood = access | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_DIRECTORY | meaningless;

export function parseOpenFlags(flags: string | number): OpenFlags {
  const bits = typeof flags === 'number' ? flags : words[flags];
  if (bits === undefined || (bits & ~understood) !== 0)
    throw new TrapError(`opening with the flags ${flags}`);
  if ((bits & O_CREAT) !== 0 && (bits & O_DIRECTORY) !== 0)
    throw new TrapError('creating with O_DIRECTORY');
  return {
    reads: (bits & access) !== O_WRONLY,
    writes: (bits & access) !== O_RDONLY,
    creates: (bits & O_CREAT) !== 0,
    isExclusive: (bits & O_EXCL) !== 0 && (bits & O_CREAT) !== 0,
    empties: (bits & O_TRUNC) !== 0,
    appends: (bits & O_APPEND) !== 0,
    wantsDirectory: (bits & O_DIRECTORY) !== 0,
  };
}
