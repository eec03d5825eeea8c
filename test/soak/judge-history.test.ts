import { describe, expect, it } from 'vitest';
import { aHistory, get, put, remove, rename } from '../simulation/history/a-history.js';
import { Findings } from './findings.js';
import { judgeHistory } from './judge-history.js';
import { pairs } from './plan.js';

const [[name, other]] = pairs as readonly [readonly [string, string]];

describe('the judgement on what the clients of a soak were told', () => {
  it('has nothing against what one store could have told', () => {
    const findings = judged(
      put('t1', [0, 1], undefined, { name }),
      rename(name, other, [2, 3]),
      get('t1', [4, 5], other),
    );

    expect(findings).toEqual([]);
  });

  it('S1: is against a film that was acknowledged and is gone', () => {
    const findings = judged(put('t1', [0, 1], undefined, { name }), get(null, [2, 3], name));

    expect(findings).toEqual([{ rule: 'S18', detail: expect.stringContaining('violation: ') }]);
  });

  it('S35: is against a film that comes back after it was removed', () => {
    const findings = judged(
      put('t1', [0, 1], undefined, { name: other }),
      remove([2, 3], undefined, other),
      get('t1', [4, 5], other),
    );

    expect(findings).toEqual([{ rule: 'S18', detail: expect.stringContaining('violation: ') }]);
  });
});

function judged(...sketches: readonly ReturnType<typeof put>[]): Findings['all'] {
  const findings = new Findings();
  judgeHistory(aHistory(...sketches), findings);
  return findings.all;
}
