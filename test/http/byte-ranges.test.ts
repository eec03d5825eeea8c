import { describe, expect, it } from 'vitest';
import { judgeRange, rangesMax } from '../../src/http/byte-ranges.js';

describe('a Range header', () => {
  it.each([
    ['bytes=0-0', [{ first: 0, last: 0 }]],
    ['bytes=10-', [{ first: 10, last: 99 }]],
    ['bytes=-10', [{ first: 90, last: 99 }]],
    ['bytes=-1000', [{ first: 0, last: 99 }]],
    ['bytes=90-1000', [{ first: 90, last: 99 }]],
    ['BYTES=1-2', [{ first: 1, last: 2 }]],
    [
      'bytes= 5-6 , ,1-2,',
      [
        { first: 5, last: 6 },
        { first: 1, last: 2 },
      ],
    ],
    ['bytes=200-300,1-2', [{ first: 1, last: 2 }]],
    [
      'bytes=5-9,0-5,50-60',
      [
        { first: 0, last: 9 },
        { first: 50, last: 60 },
      ],
    ],
    ['bytes=0-99999999999999999999', [{ first: 0, last: 99 }]],
  ])('%s of 100 bytes asks for parts', (header, parts) => {
    expect(judgeRange(header, 100)).toEqual({ type: 'parts', parts });
  });

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-1',
    'bytes=1-2,x',
    'lines=1-2',
    'bytes=0x1-2',
    'bytes=1-2-3',
    'bytes=+1-2',
  ])('%s says nothing of parts', (header) => {
    expect(judgeRange(header, 100)).toEqual({ type: 'whole' });
  });

  it.each(['bytes=100-', 'bytes=-0', 'bytes=100-200,500-'])(
    '%s of 100 bytes asks for nothing',
    (header) => {
      expect(judgeRange(header, 100)).toEqual({ type: 'unsatisfiable' });
    },
  );

  it('may ask for the end of an empty file, which is all of it', () => {
    expect(judgeRange('bytes=-5', 0)).toEqual({ type: 'whole' });
    expect(judgeRange('bytes=0-', 0)).toEqual({ type: 'unsatisfiable' });
  });

  it('with too many pieces is refused', () => {
    const header = (count: number): string =>
      `bytes=${Array.from({ length: count }, (_, at) => `${2 * at}-${2 * at}`).join(',')}`;

    expect(judgeRange(header(rangesMax), 1000).type).toBe('parts');
    expect(judgeRange(header(rangesMax + 1), 1000)).toEqual({ type: 'unsatisfiable' });
  });
});
