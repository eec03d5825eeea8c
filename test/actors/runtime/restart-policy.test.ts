import { describe, expect, it } from 'vitest';
import { judgeExit } from '../../../src/actors/runtime/restart-policy.js';
import { type Millis, millis } from '../../../src/domain/ids.js';

const policy = { restartsMax: 2, windowMs: 1_000 };

describe('judgeExit', () => {
  it('restarts a thread as often as the policy allows within its window, then gives up', () => {
    expect(verdicts([0, 10, 20])).toEqual(['restart', 'restart', 'give up']);
  });

  it('forgets restarts that are older than the window', () => {
    expect(verdicts([0, 10, 1_000, 1_010, 1_011])).toEqual([
      'restart',
      'restart',
      'restart',
      'restart',
      'give up',
    ]);
  });
});

// Builders

function verdicts(exitsAt: readonly number[]): readonly string[] {
  let restarts: readonly Millis[] = [];
  return exitsAt.map((at) => {
    const judged = judgeExit(restarts, millis(at), policy);
    if (judged.verdict === 'restart') restarts = judged.restarts;
    return judged.verdict;
  });
}
