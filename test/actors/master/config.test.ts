import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MasterOptions, resolveConfig } from '../../../src/actors/master/config.js';
import { resolveLivenessLimits } from '../../../src/domain/liveness.js';
import { seed } from '../../seed.js';

describe('configuration of the master', () => {
  it('keeps what is given and completes the rest', () => {
    expect(resolveConfig({ port: 0, acks: 2 })).toMatchObject({
      host: '127.0.0.1',
      port: 0,
      dataDir: 'data/master',
      replicas: 3,
      acks: 2,
      accept: 'mp4',
    });
  });

  it('has keepers beat often enough to be told from silent ones', () => {
    const { heartbeatEveryMs, judgeEveryMs, brokenAfterMs } = resolveConfig({
      suspectAfterMs: 300,
      lostAfterMs: 900,
    });

    expect({ heartbeatEveryMs, judgeEveryMs, brokenAfterMs }).toEqual({
      heartbeatEveryMs: 100,
      judgeEveryMs: 30,
      brokenAfterMs: 450,
    });
  });

  it.each<[MasterOptions, RegExp]>([
    [{ replicas: 0 }, /--replicas 0: give a number from 1 to 16/],
    [{ replicas: 17 }, /--replicas 17/],
    [{ replicas: 1.5 }, /--replicas 1.5/],
    [{ acks: 0 }, /--acks 0: give a number from 1 to --replicas, which is 3/],
    [{ replicas: 2, acks: 3 }, /--acks 3/],
    [{ suspectAfterMs: 99 }, /--suspect-after must be at least 100ms/],
    [{ suspectAfterMs: 10_000 }, /must be shorter than --lost-after/],
    [{ lostAfterMs: 3_000 }, /must be shorter than --lost-after/],
    [{ repairEveryMs: 9 }, /--repair-every must be at least 10ms/],
  ])('refuses %j', (options, detail) => {
    expect(() => resolveConfig(options)).toThrow(
      expect.objectContaining({ code: 'usage', detail: expect.stringMatching(detail) }),
    );
  });

  it('never lets anything through that the heartbeat monitor would not start with', () => {
    const times = fc.record({
      suspectAfterMs: fc.integer({ min: 100, max: 100_000 }),
      moreMs: fc.integer({ min: 1, max: 100_000 }),
    });
    fc.assert(
      fc.property(times, ({ suspectAfterMs, moreMs }) => {
        const config = resolveConfig({ suspectAfterMs, lostAfterMs: suspectAfterMs + moreMs });

        expect(resolveLivenessLimits(config)).toMatchObject({ suspectAfterMs });
        expect(config.heartbeatEveryMs).toBeGreaterThan(0);
      }),
      { seed },
    );
  });
});

describe('the port on which a master is looked at', () => {
  it('is on loopback and closed unless it is asked for', () => {
    expect(resolveConfig({})).toMatchObject({ metricsPort: undefined, metricsHost: '127.0.0.1' });
  });

  it('is opened to others by certificates, or by name', () => {
    const open = { metricsPort: 0, metricsHost: '0.0.0.0' };

    expect(() => resolveConfig(open)).toThrow('--metrics-host 0.0.0.0 can be reached');
    expect(resolveConfig({ ...open, insecure: true }).metricsHost).toBe('0.0.0.0');
    expect(resolveConfig({ ...open, credentialsDir: 'c', policy: 'p' }).metricsHost).toBe(
      '0.0.0.0',
    );
  });
});
