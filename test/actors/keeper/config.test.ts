import { describe, expect, it } from 'vitest';
import { type KeeperOptions, resolveConfig } from '../../../src/actors/keeper/config.js';

describe('configuration of a keeper', () => {
  it('keeps what is given and completes the rest', () => {
    expect(resolveConfig({ port: 7003, reserve: 0 })).toMatchObject({
      port: 7003,
      host: '127.0.0.1',
      advertise: undefined,
      master: '127.0.0.1:7000',
      dataDir: 'data/keeper-7003',
      id: undefined,
      reserve: 0,
      durability: 'strict',
      scrubEveryMs: 30 * 86_400_000,
    });
  });

  it('bounds repairs only as far as it is told to', () => {
    const bounds = (options: Partial<KeeperOptions>) => {
      const config = resolveConfig({ port: 0, ...options });
      return [config.repairCeilingBytesPerSecond, config.repairFloorBytesPerSecond];
    };

    expect(bounds({})).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(bounds({ repairFloor: 2 ** 24 })).toEqual([Number.POSITIVE_INFINITY, 2 ** 24]);
    expect(bounds({ repairCeiling: 2 ** 25, repairFloor: 2 ** 24 })).toEqual([2 ** 25, 2 ** 24]);
  });

  it.each<[Partial<KeeperOptions>, boolean]>([
    [{}, false],
    [{ credentialsDir: 'c' }, false],
    [{ credentialsDir: 'c', host: '10.0.0.1' }, true],
    [{ credentialsDir: 'c', host: '0.0.0.0', advertise: 'disk1:7001' }, true],
    [{ credentialsDir: 'c', advertise: 'forwarded:7001' }, true],
    [{ credentialsDir: 'c', advertise: '127.0.0.1:7001' }, false],
    [{ credentialsDir: 'c', host: '10.0.0.1', dataTls: false }, false],
    [{ credentialsDir: 'c', dataTls: true }, true],
    [{ host: '10.0.0.1', insecure: true }, false],
  ])('has films travel encrypted with %j: %s', (options, expected) => {
    expect(resolveConfig({ port: 0, ...options }).dataTls).toBe(expected);
  });

  it.each<[Partial<KeeperOptions>, RegExp]>([
    [{ dataTls: true }, /--data-tls on asks for --credentials/],
    [{ id: '' }, /--id/],
    [{ id: 'K1' }, /--id K1: use 1 to 64 of a-z, 0-9 and "-"/],
    [{ id: '../k1' }, /--id/],
    [{ id: 'k'.repeat(65) }, /--id/],
    [{ host: '0.0.0.0' }, /--advertise/],
    [{ host: '::' }, /--advertise/],
    [{ advertise: 'nowhere' }, /--advertise nowhere: give HOST:PORT/],
    [{ master: 'nowhere' }, /--master nowhere: give HOST:PORT/],
    [{ reserve: 1 }, /--reserve/],
    [{ reserve: -0.1 }, /--reserve/],
    [{ reserve: Number.NaN }, /--reserve/],
    [{ scrubEveryMs: 999 }, /--scrub-every must be at least 1s/],
    [{ scrubEveryMs: Number.NaN }, /--scrub-every/],
    [{ repairCeiling: 1024 }, /--repair-ceiling and --repair-floor must be at least 8MiB/],
    [{ repairFloor: 1024 }, /--repair-ceiling and --repair-floor must be at least 8MiB/],
    [{ repairCeiling: 2 ** 24, repairFloor: 2 ** 25 }, /--repair-floor must not be above/],
  ])('refuses %j', (options, detail) => {
    expect(() => resolveConfig({ port: 0, ...options })).toThrow(
      expect.objectContaining({ code: 'usage', detail: expect.stringMatching(detail) }),
    );
  });
});

describe('the port on which a keeper is looked at', () => {
  it('is on loopback and closed unless it is asked for', () => {
    expect(resolveConfig({ port: 0 })).toMatchObject({
      metricsPort: undefined,
      metricsHost: '127.0.0.1',
    });
  });

  it('is opened to others by certificates, or by name', () => {
    const open = { port: 0, metricsPort: 0, metricsHost: '0.0.0.0' };

    expect(() => resolveConfig(open)).toThrow('--metrics-host 0.0.0.0 can be reached');
    expect(resolveConfig({ ...open, insecure: true }).metricsHost).toBe('0.0.0.0');
    expect(resolveConfig({ ...open, credentialsDir: 'c' }).metricsHost).toBe('0.0.0.0');
  });
});
