import { describe, expect, it } from 'vitest';
import { type ClusterSight, judgeCluster } from '../../src/domain/cluster-health.js';

const well: ClusterSight = {
  mode: 'serving',
  keepers: [
    { keeper: 'k1', state: 'alive' },
    { keeper: 'k2', state: 'suspect' },
    { keeper: 'k3', state: 'retired' },
  ],
  belowTarget: 0,
  missing: 0,
  settled: true,
};

describe('a cluster', () => {
  it('is well while every file has its target and no keeper is lost', () => {
    expect(judgeCluster(well)).toEqual([]);
  });

  it.each([
    [{ mode: 'safe mode' }, 'the master is in safe mode'],
    [{ missing: 2 }, '2 files have no replica that counts'],
    [{ belowTarget: 7 }, '7 files are below their target'],
    [{ settled: false }, 'not all files have been looked at yet'],
    [{ keepers: [lost('k2'), lost('k10')] }, 'lost: k10, k2'],
  ] as const)('is not well with %j', (sight, reason) => {
    expect(judgeCluster({ ...well, ...sight })).toEqual([reason]);
  });

  it('names no more than so many keepers, however many are lost', () => {
    const keepers = Array.from({ length: 40 }, (_, at) => lost(`k${at + 10}`));

    const [reason = ''] = judgeCluster({ ...well, keepers });

    expect(reason).toMatch(/^lost: k10, k11, .*, k25 and 24 more$/);
  });
});

function lost(keeper: string) {
  return { keeper, state: 'lost' } as const;
}
