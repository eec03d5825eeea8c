import { describe, expect, it } from 'vitest';
import type { ClusterStatus, KeeperInfo } from '../../../src/actors/client/cluster.js';
import { ClusterSight } from '../../../src/actors/gateway/cluster-sight.js';
import { ReelkeepError } from '../../../src/domain/errors.js';

const well = { mode: 'serving', belowTarget: 0, missing: 0, settled: true } as ClusterStatus;

describe('the sight of a cluster', () => {
  it('is well when the cluster is', async () => {
    const { sight } = aSight();

    expect(await sight.look()).toEqual({
      master: { ok: true, mode: 'serving' },
      cluster: { ok: true, reasons: [] },
    });
  });

  it('names what is not well', async () => {
    const { sight } = aSight({
      status: async () => ({ ...well, belowTarget: 2 }),
      keepers: async () => [{ keeper: 'k1', state: 'lost' } as KeeperInfo],
    });

    expect((await sight.look()).cluster).toEqual({
      ok: false,
      reasons: ['lost: k1', '2 files are below their target'],
    });
  });

  it('is asked for once, however many look', async () => {
    const { sight, asked } = aSight();

    await Promise.all([sight.look(), sight.look()]);
    await sight.look();

    expect(asked).toEqual(['status', 'keepers']);
  });

  it('asks again while the master has not settled, and believes it in the end', async () => {
    const soon = [false, false, true];
    const settling = aSight({
      status: async () => ({ ...well, settled: soon.shift() ?? true }),
    });
    const never = aSight({ status: async () => ({ ...well, settled: false }) });

    expect((await settling.sight.look()).cluster.ok).toBe(true);
    expect((await never.sight.look()).cluster).toEqual({
      ok: false,
      reasons: ['not all files have been looked at yet'],
    });
  });

  it('is none of a master that is away', async () => {
    const { sight } = aSight({
      status: async () => {
        throw new ReelkeepError('unavailable', 'nobody listens there');
      },
    });

    expect(await sight.look()).toEqual({
      master: { ok: false, reason: 'nobody listens there' },
      cluster: { ok: false, reasons: ['nobody listens there'] },
    });
  });

  it('does not wait for one that does not answer', async () => {
    const { sight } = aSight({ status: () => new Promise(() => undefined) });

    expect((await sight.look()).master).toEqual({
      ok: false,
      reason: 'the master does not answer',
    });
  });
});

interface Asked {
  status(): Promise<ClusterStatus>;
  keepers(): Promise<readonly KeeperInfo[]>;
}

function aSight(given: Partial<Asked> = {}) {
  const asked: string[] = [];
  const { status = async () => well, keepers = async () => [] } = given;
  const sight = new ClusterSight({
    status: () => {
      asked.push('status');
      return status();
    },
    keepers: () => {
      asked.push('keepers');
      return keepers();
    },
  });
  return { sight, asked };
}
