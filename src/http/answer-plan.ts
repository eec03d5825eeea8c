/** What a GET or HEAD of a file is answered with, as far as can be told before its bytes are read. */
import {
  type ByteRange,
  contentRange,
  judgeRange,
  lengthOf,
  unsatisfiedRange,
} from './byte-ranges.js';
import { type Conditional, isRangeWanted, judgeConditions, type Validators } from './conditions.js';
import { httpDate } from './dates.js';
import { tagText } from './entity-tags.js';
import { type Multipart, multipart } from './multipart.js';

export interface AnswerPlan {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Of the file; empty when no byte of it is sent. */
  readonly parts: readonly ByteRange[];
  readonly multipart?: Multipart;
}

export interface FileAnswer extends Omit<Conditional, 'current'> {
  readonly current: Validators;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  readonly boundary: string;
}

export function planAnswer(request: FileAnswer): AnswerPlan {
  const { current, size, contentType } = request;
  const always = {
    'Accept-Ranges': 'bytes',
    ETag: tagText(current.tag),
    'Last-Modified': httpDate(current.modifiedMs),
  };
  const verdict = judgeConditions(request);
  if (verdict === 'not modified') return { status: 304, headers: always, parts: [] };
  if (verdict === 'failed') return { status: 412, headers: always, parts: [] };
  const asked = partsAsked(request);
  if (asked.type === 'unsatisfiable')
    return {
      status: 416,
      headers: { ...always, 'Content-Range': unsatisfiedRange(size) },
      parts: [],
    };
  if (asked.type === 'whole') {
    const parts = size === 0 ? [] : [{ first: 0, last: size - 1 }];
    const described = { ...always, 'Content-Type': contentType, 'Content-Length': size };
    return { status: 200, headers: described, parts };
  }
  const { parts } = asked;
  const [only, second] = parts;
  if (only !== undefined && second === undefined) {
    const described = {
      ...always,
      'Content-Type': contentType,
      'Content-Length': lengthOf(only),
      'Content-Range': contentRange(only, size),
    };
    return { status: 206, headers: described, parts };
  }
  const body = multipart({ parts, size, contentType, boundary: request.boundary });
  return {
    status: 206,
    headers: { ...always, 'Content-Type': body.contentType, 'Content-Length': body.bytes },
    parts,
    multipart: body,
  };
}

/** Only a GET has ranges. */
function partsAsked(request: FileAnswer): ReturnType<typeof judgeRange> {
  const { method, headers, current, size } = request;
  const { range } = headers;
  if (method !== 'GET' || typeof range !== 'string') return { type: 'whole' };
  if (!isRangeWanted({ ...request, current }, current)) return { type: 'whole' };
  return judgeRange(range, size);
}
