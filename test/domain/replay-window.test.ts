import { describe, expect, it } from 'vitest';
import { ReplayWindow } from '../../src/domain/replay-window.js';

describe('a replay window', () => {
  it('takes each message once, in any order', () => {
    const window = new ReplayWindow(4);

    expect([3, 1, 2, 3, 1, 4].map((number) => window.take(number))).toEqual([
      'fresh',
      'fresh',
      'fresh',
      'taken before',
      'taken before',
      'fresh',
    ]);
  });

  it('refuses what is older than the window though it was never taken', () => {
    const window = new ReplayWindow(4);

    window.take(10);

    expect([6, 7].map((number) => window.take(number))).toEqual(['too old', 'fresh']);
  });

  it('goes on after a jump past its width', () => {
    const window = new ReplayWindow(4);
    for (const number of [1, 2, 3, 4]) window.take(number);

    window.take(1_000_000);

    expect([999_999, 999_999, 4].map((number) => window.take(number))).toEqual([
      'fresh',
      'taken before',
      'too old',
    ]);
  });

  it('holds as many as its limit says', () => {
    const window = new ReplayWindow();

    window.take(2_000);

    expect([977, 976].map((number) => window.take(number))).toEqual(['fresh', 'too old']);
  });

  it.each([0, -1, 1.5, 2 ** 53])('%d is no number of a message', (number) => {
    expect(() => new ReplayWindow().take(number)).toThrow('is not the number of a message');
  });
});
