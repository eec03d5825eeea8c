import { describe, expect, it } from 'vitest';
import { clusterHealth, liveness, readiness } from '../../../src/actors/master/health.js';
import type { MasterReading } from '../../../src/actors/master/master.actor.js';
import type { ThreadReading } from '../../../src/actors/master/threads.js';
import { observingLimits } from '../../../src/actors/observing/limits.js';
import { k1, k2 } from '../lookup-table/table-under-test.js';
import { AWorld } from './a-world.js';

const { threadSilenceMaxMs } = observingLimits;

describe('a master', () => {
  it('lives while each thread that something waits for says something in time', () => {
    const well = reading({ threads: [thread('lookup-table', threadSilenceMaxMs), thread('x', 0)] });
    const hung = reading({ threads: [thread('lookup-table', threadSilenceMaxMs + 1)] });

    expect(liveness(well)).toEqual({ ok: true, silent: [] });
    expect(liveness(hung)).toEqual({ ok: false, silent: ['lookup-table'] });
  });

  it.each([
    ['opening', false],
    ['recovering', true],
    ['taking in', true],
    ['safe mode', true],
    ['serving', true],
    ['stopping', false],
  ] as const)('in %s is ready: %s', (phase, ok) => {
    expect(readiness(reading({ phase }))).toEqual({ ok, mode: phase });
  });

  it('tells what is wrong with the cluster', () => {
    const at = new AWorld();
    at.join(k1);
    at.join(k2, { state: 'lost' });
    at.mode = 'safe mode';
    at.counts = { ...at.counts, missing: 1 };

    expect(clusterHealth(reading({ world: at }))).toEqual({
      ok: false,
      reasons: ['the master is in safe mode', 'lost: k2', '1 files have no replica that counts'],
    });
  });

  it('knows nothing of the cluster before it serves', () => {
    expect(clusterHealth(reading({ phase: 'opening' }))).toEqual({
      ok: false,
      reasons: ['the master does not serve'],
    });
  });
});

interface Given {
  readonly phase?: ReturnType<MasterReading['phase']>;
  readonly threads?: readonly ThreadReading[];
  readonly world?: AWorld;
}

function reading({
  phase = 'serving',
  threads = [],
  world: { world } = new AWorld(),
}: Given): MasterReading {
  return {
    phase: () => phase,
    parts: { world, threads, connections: 0, transactions: undefined, summary: undefined },
  };
}

const thread = (name: string, silentMs: number): ThreadReading => ({
  name,
  silentMs,
  mailboxLength: 1,
  restarts: 0,
});
