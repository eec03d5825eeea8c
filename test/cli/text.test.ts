import { describe, expect, it } from 'vitest';
import { alignColumns } from '../../src/cli/columns.js';
import { failureOf, failureText } from '../../src/cli/fail.js';
import { createPaint, wantsColor } from '../../src/cli/paint.js';
import { ReelkeepError } from '../../src/domain/errors.js';

describe('alignColumns', () => {
  it('aligns by what is seen, so that colours take no room', () => {
    const { red } = createPaint(true);

    expect(
      alignColumns([
        [red('ab'), 'x'],
        ['abcd', 'y'],
      ]),
    ).toEqual([`${red('ab')}    x`, 'abcd  y']);
  });
});

describe('failure', () => {
  const failure = failureOf(new ReelkeepError('not-found', 'there is\n no file "a"'));

  it('is one line for people', () => {
    expect(failureText(failure, 'reelkeep', false)).toBe('reelkeep: there is; no file "a"');
  });

  it('gives a terminal no orders', () => {
    const told = failureOf(new ReelkeepError('unavailable', 'k1: \u001b[2Jgone\u0007'));

    expect(failureText(told, 'reelkeep', false)).toBe('reelkeep: k1: \ufffd[2Jgone\ufffd');
  });

  it('is one object for scripts', () => {
    expect(JSON.parse(failureText(failure, 'reelkeep', true))).toEqual({
      error: { code: 'not-found', message: 'there is; no file "a"', exit: 3 },
    });
  });
});

describe('wantsColor', () => {
  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, {}, false],
  ] as const)('%s on a terminal (%s) with %o is %s', (choice, isTerminal, env, wanted) => {
    expect(wantsColor(choice, isTerminal, env)).toBe(wanted);
  });
});
