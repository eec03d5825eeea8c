import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Conditional,
  judgeConditions,
  type Validators,
  type Verdict,
} from '../../src/http/conditions.js';
import { httpDate } from '../../src/http/dates.js';
import { strongTag } from '../../src/http/entity-tags.js';
import { seed } from '../seed.js';

/** One step after the other, as RFC 9110, 13.2.2 counts them: the first that ends it has the say. */
function stepByStep({ method, headers, current }: Conditional): Verdict {
  const reads = method === 'GET' || method === 'HEAD';
  const has = (name: string): boolean => headers[name] !== undefined;
  const items = (name: string): readonly string[] => String(headers[name]).split(', ');
  const modifiedMs = current?.modifiedMs ?? 0;
  const date = (name: string): number => Date.parse(String(headers[name]));
  const names = (name: string, ...forms: readonly string[]): boolean =>
    current !== undefined && items(name).some((item) => item === '*' || forms.includes(item));
  const strong = `"${current?.tag.opaque}"`;
  const steps: readonly (readonly [ends: boolean, verdict: Verdict])[] = [
    [has('if-match') && !names('if-match', strong), 'failed'],
    [
      !has('if-match') &&
        has('if-unmodified-since') &&
        current !== undefined &&
        modifiedMs > date('if-unmodified-since'),
      'failed',
    ],
    [
      has('if-none-match') && names('if-none-match', strong, `W/${strong}`),
      reads ? 'not modified' : 'failed',
    ],
    [
      !has('if-none-match') &&
        reads &&
        has('if-modified-since') &&
        current !== undefined &&
        modifiedMs <= date('if-modified-since'),
      'not modified',
    ],
  ];
  return steps.find(([ends]) => ends)?.[1] ?? 'go on';
}

describe(`the conditions of a request (seed ${seed})`, () => {
  it('come to what the steps of RFC 9110 come to', () => {
    fc.assert(
      fc.property(request, (asked) => {
        expect(judgeConditions(asked)).toBe(stepByStep(asked));
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

const now = Date.UTC(2026, 10, 27);
const opaque = fc.constantFrom('aa', 'bb', 'cc');
const second = fc.integer({ min: 0, max: 3 }).map((at) => Date.UTC(2026, 0, 1, 0, 0, at));
const tags = fc.oneof(
  fc.constant('*'),
  fc
    .array(
      fc.tuple(fc.boolean(), opaque).map(([weak, text]) => `${weak ? 'W/' : ''}"${text}"`),
      { minLength: 1, maxLength: 3 },
    )
    .map((list) => list.join(', ')),
);
const field = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
const current: fc.Arbitrary<Validators | undefined> = field(
  fc.record({ tag: opaque.map(strongTag), modifiedMs: second }),
);
const request: fc.Arbitrary<Conditional> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE'),
  headers: fc.record({
    'if-match': field(tags),
    'if-none-match': field(tags),
    'if-modified-since': field(second.map(httpDate)),
    'if-unmodified-since': field(second.map(httpDate)),
  }),
  current,
  now: fc.constant(now),
});
