/**
 * What the conditions of a request come to (RFC 9110, 13), in the order in which they are looked at:
 * `If-Match`, or else `If-Unmodified-Since`; then `If-None-Match`, or else `If-Modified-Since`; then
 * `If-Range`. Dates are of the second.
 */
import { parseHttpDate } from './dates.js';
import {
  type EntityTag,
  equalStrongly,
  equalWeakly,
  parseTag,
  parseTagList,
  type TagList,
} from './entity-tags.js';

/** Of the file that there is. */
export interface Validators {
  readonly tag: EntityTag;
  /** Milliseconds since 1970, of a whole second. */
  readonly modifiedMs: number;
}

/** As Node gives them: names in lower case. */
type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Verdict = 'go on' | 'not modified' | 'failed';

export interface Conditional {
  readonly method: string;
  readonly headers: HeaderFields;
  /** Absent when there is no such file. */
  readonly current: Validators | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function judgeConditions(request: Conditional): Verdict {
  if (!isAsExpected(request)) return 'failed';
  return isNews(request) ? 'go on' : notModified(request.method);
}

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD';

const notModified = (method: string): Verdict => (isReading(method) ? 'not modified' : 'failed');

function isAsExpected({ headers, current, now }: Conditional): boolean {
  const tags = fieldOf(headers, 'if-match');
  if (tags !== undefined) return isAmong(parseTagList(tags), current, equalStrongly);
  const since = dateOf(headers, 'if-unmodified-since', now);
  return since === undefined || current === undefined || current.modifiedMs <= since;
}

function isNews({ method, headers, current, now }: Conditional): boolean {
  const tags = fieldOf(headers, 'if-none-match');
  if (tags !== undefined) return !isAmong(parseTagList(tags), current, equalWeakly);
  if (!isReading(method)) return true;
  const since = dateOf(headers, 'if-modified-since', now);
  return since === undefined || current === undefined || current.modifiedMs > since;
}

/** Whether the parts that are asked for are of the file that the caller has the other parts of. */
export function isRangeWanted({ headers, now }: Conditional, current: Validators): boolean {
  const field = fieldOf(headers, 'if-range');
  if (field === undefined) return true;
  const tag = parseTag(field);
  if (tag !== undefined) return equalStrongly(tag, current.tag);
  return parseHttpDate(field, now) === current.modifiedMs;
}

function isAmong(
  tags: TagList,
  current: Validators | undefined,
  equal: (one: EntityTag, other: EntityTag) => boolean,
): boolean {
  if (current === undefined) return false;
  return tags === '*' || tags.some((tag) => equal(tag, current.tag));
}

/** What is no date counts as not said. */
function dateOf(headers: HeaderFields, name: string, now: number): number | undefined {
  const text = fieldOf(headers, name);
  return text === undefined ? undefined : parseHttpDate(text, now);
}

function fieldOf(headers: HeaderFields, name: string): string | undefined {
  const field = headers[name];
  return typeof field === 'string' || field === undefined ? field?.trim() : field.join(', ');
}
