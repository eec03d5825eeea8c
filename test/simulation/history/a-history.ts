/** Histories for tests: each operation in one line, on file "a" by a client of its own unless told. */
import type { ErrorCode } from '../../../src/domain/errors.js';
import type { Call, History, Listed, Operation, Outcome } from './operations.js';

type Sketch = Omit<Operation, 'id'>;
type Times = readonly [invokedAt: number, returnedAt?: number];

interface Details {
  readonly name?: string;
  readonly replace?: boolean;
  readonly uploadId?: string;
}

/** Ids are places in the list. */
export const aHistory = (...sketches: readonly Sketch[]): History =>
  sketches.map((sketch, id) => ({ ...sketch, id, client: `c${id}` }));

export const done: Outcome = { type: 'done' };
export const unknown: Outcome = { type: 'unknown' };
export const refused = (code: ErrorCode): Outcome => ({ type: 'refused', code });

export const put = (
  content: string,
  times: Times,
  outcome: Outcome = done,
  { name = 'a', replace = false, uploadId }: Details = {},
): Sketch =>
  sketch(name, times, outcome, {
    type: 'put',
    content,
    replace,
    ...(uploadId === undefined ? {} : { uploadId }),
  });

export const get = (seen: string | null, times: Times, name = 'a'): Sketch =>
  sketch(name, times, seenAs(seen), { type: 'get' });

export const remove = (times: Times, outcome: Outcome = done, name = 'a'): Sketch =>
  sketch(name, times, outcome, { type: 'remove' });

export const rename = (name: string, to: string, times: Times, outcome: Outcome = done): Sketch =>
  sketch(name, times, outcome, { type: 'rename', to });

/** @param files as `name=content` */
export const list = (files: readonly string[], times: Times, prefix = ''): Sketch =>
  sketch('', times, { type: 'listed', files: files.map(toListed) }, { type: 'list', prefix });

const seenAs = (content: string | null): Outcome =>
  content === null ? refused('not-found') : { type: 'saw', content };

function toListed(text: string): Listed {
  const [name = '', content = ''] = text.split('=');
  return { name, content };
}

const sketch = (
  name: string,
  [invokedAt, returnedAt]: Times,
  outcome: Outcome,
  call: Call,
): Sketch => ({ client: '', name, invokedAt, returnedAt, call, outcome });
