/**
 * Which parts of the table the replication loop wants to see, one page at a time.
 *
 * Owned by the loop and changed in place. A page is a picture of the moment it was taken;
 * what the table tells of a file after the page was asked for is newer, and stands.
 */
import type { FileId, KeeperId, Millis } from './ids.js';

export type Scope = { readonly all: true } | { readonly keeper: KeeperId };

export interface Page {
  readonly scope: Scope;
  readonly after?: FileId;
}

interface UnderWay {
  readonly page: Page;
  /** Absent until the page is asked for. */
  readonly askedAt?: Millis;
}

export class SurveyQueue {
  readonly #waiting = new Map<string, Scope>();
  readonly #newer = new Set<FileId>();
  #underWay: UnderWay | undefined;
  #whole: 'unasked' | 'asked' | 'ended' = 'unasked';

  /** A survey of all files has been wanted, is under way, or has ended. */
  get wasWholeWanted(): boolean {
    return this.#whole !== 'unasked';
  }

  /** A survey of all files has ended. */
  get isWhole(): boolean {
    return this.#whole === 'ended';
  }

  get isIdle(): boolean {
    return this.#underWay === undefined && this.#waiting.size === 0;
  }

  /** Wanted once more when it is under way: what was walked already may have changed its meaning. */
  want(scope: Scope): void {
    if ('all' in scope) {
      this.#waiting.clear();
      if (this.#whole === 'unasked') this.#whole = 'asked';
    }
    if (!this.#waiting.has(keyOf({ all: true }))) this.#waiting.set(keyOf(scope), scope);
  }

  /** What the table knows of this keeper's replicas may be newer than what was seen of it. */
  isAwaited(keeper: KeeperId): boolean {
    if (!this.isWhole || this.#waiting.has(keyOf({ all: true })) || this.#waiting.has(keeper))
      return true;
    return this.#underWay !== undefined && keyOf(this.#underWay.page.scope) === keeper;
  }

  /** The page to ask for now: the next one, or once more the one not answered in time. */
  takePage(now: Millis, deadlineMs: number): Page | undefined {
    const underWay = this.#underWay ?? this.#takeWaiting();
    if (underWay === undefined) return undefined;
    const { page, askedAt } = underWay;
    if (askedAt !== undefined && now - askedAt < deadlineMs) return undefined;
    this.#underWay = { page, askedAt: now };
    return page;
  }

  /** What the table said unasked of a file is newer than a page under way. */
  noteNewer(fileId: FileId): void {
    if (this.#underWay?.askedAt !== undefined) this.#newer.add(fileId);
  }

  isOutdated(fileId: FileId): boolean {
    return this.#newer.has(fileId);
  }

  isAsked(scope: Scope): boolean {
    const underWay = this.#underWay;
    return underWay?.askedAt !== undefined && keyOf(underWay.page.scope) === keyOf(scope);
  }

  /** After the files of the answer were looked at; `next` is where the survey goes on. */
  noteAnswer(next: FileId | undefined): void {
    const scope = this.#underWay?.page.scope;
    this.#newer.clear();
    this.#underWay = undefined;
    if (scope === undefined) return;
    if (next !== undefined) this.#underWay = { page: { scope, after: next } };
    else if ('all' in scope) this.#whole = 'ended';
  }

  #takeWaiting(): UnderWay | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [key, scope] = first;
    this.#waiting.delete(key);
    return { page: { scope } };
  }
}

/** No keeper is named so: names have at most 64 characters of `[a-z0-9-]`, and this has a `*`. */
const keyOf = (scope: Scope): string => ('all' in scope ? '*' : scope.keeper);
