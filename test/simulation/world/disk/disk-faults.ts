/**
 * What is wrong with a disk for the time being. Whoever injects faults turns these knobs; nothing
 * else changes them, but for the rules that count themselves down.
 */
import { type DiskErrorCode, diskErrno } from './disk-error.js';
import type { ReadsBack } from './file-data.js';

/** `sync` is of files and of directories; `rm` removes with `unlink` and `rmdir`. */
export type DiskCall =
  | 'open'
  | 'close'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'stat'
  | 'statfs'
  | 'realpath'
  | 'readdir'
  | 'mkdir'
  | 'rmdir'
  | 'rename'
  | 'link'
  | 'unlink';

export interface FailRule {
  readonly call: DiskCall;
  /** At the beginning of the path, of either one where there are two; every path when absent. */
  readonly path?: string | ((path: string) => boolean);
  readonly code: DiskErrorCode;
  /** Calls that pass before the first that fails. */
  readonly skip?: number;
  /** Calls that fail then; all when absent. */
  readonly times?: number;
  /** What it was asked for happens all the same. Not for a sync. */
  readonly happens?: boolean;
  /** Of a sync that fails: what is read of the data that it loses; `new` when absent. */
  readonly readsBack?: ReadsBack;
}

export interface CallOnDisk {
  readonly call: DiskCall;
  /** As Node names it in errors. */
  readonly syscall: string;
  readonly path: string;
  readonly dest?: string;
  /** By its descriptor: errors do not name the path. */
  readonly isByHandle?: boolean;
}

interface ActiveRule extends FailRule {
  skipLeft: number;
  timesLeft: number;
}

export class DiskFaults {
  /** A factor on every latency. */
  slowness = 1;
  /** Nothing more can be written. */
  full = false;
  /** The disk is not where it was: no path leads anywhere, and what is open answers EIO. */
  unmounted = false;
  /** Of a read or a write to stop early, as the operating system may. */
  shortProbability = 0;
  #stuck = false;
  #waiting: (() => void)[] = [];
  readonly #rules = new Set<ActiveRule>();

  /** While it is, calls do not complete, and perhaps do not even happen. */
  get stuck(): boolean {
    return this.#stuck;
  }

  set stuck(stuck: boolean) {
    this.#stuck = stuck;
    if (stuck) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }

  /** Calls back as soon as the disk is not stuck. */
  whenFree(goOn: () => void): void {
    if (this.#stuck) this.#waiting.push(goOn);
    else goOn();
  }

  /** Some calls fail, and will. */
  get isFailing(): boolean {
    return [...this.#rules].some(({ timesLeft }) => timesLeft > 0);
  }

  /** Answers how to take the rule back. */
  fail(rule: FailRule): () => void {
    const active: ActiveRule = {
      ...rule,
      skipLeft: rule.skip ?? 0,
      timesLeft: rule.times ?? Number.POSITIVE_INFINITY,
    };
    this.#rules.add(active);
    return () => void this.#rules.delete(active);
  }

  /** The disk is well again. */
  clear(): void {
    this.slowness = 1;
    this.full = false;
    this.unmounted = false;
    this.shortProbability = 0;
    this.#rules.clear();
    this.stuck = false;
  }

  /** The rule that makes this call fail; counts it. */
  strike(call: CallOnDisk): FailRule | undefined {
    for (const rule of this.#rules) {
      if (!isMet(rule, call)) continue;
      if (rule.skipLeft > 0) {
        rule.skipLeft -= 1;
        continue;
      }
      rule.timesLeft -= 1;
      if (rule.timesLeft <= 0) this.#rules.delete(rule);
      return rule;
    }
    return undefined;
  }
}

export function errorOf(call: CallOnDisk, code: DiskErrorCode): NodeJS.ErrnoException {
  const { syscall, path, dest, isByHandle = false } = call;
  return diskErrno(code, isByHandle ? { syscall } : { syscall, path, dest });
}

function isMet(rule: FailRule, { call, path, dest }: CallOnDisk): boolean {
  if (rule.call !== call) return false;
  const { path: wanted } = rule;
  if (wanted === undefined) return true;
  const fits = typeof wanted === 'string' ? (at: string) => at.startsWith(wanted) : wanted;
  return fits(path) || (dest !== undefined && fits(dest));
}
