import { describe, expect, it } from 'vitest';
import type { Verification } from '../../../src/actors/client/cluster.js';
import { keeperId, wallMs } from '../../../src/domain/ids.js';
import { aFileView, aStatus, each, refuse, run } from './a-world.js';

describe('status, keepers, fsck and verify', () => {
  it('prints the status that is promised to scripts', async () => {
    const { out } = await run(['status', '--json'], { status: async () => aStatus() });

    expect(JSON.parse(out)).toEqual({
      epoch: 1,
      mode: 'serving',
      keepers: { alive: 3, suspect: 0, lost: 0 },
      files: 2,
      bytes: 10,
      belowTarget: 0,
      missing: 0,
      copiesInFlight: 0,
      surplus: 0,
      uploadsInProgress: 0,
      deletionsDue: 0,
      security: 'loopback',
    });
  });

  it('tells the last snapshot of the table, and why there is no newer one', async () => {
    const at = wallMs(Date.UTC(2026, 0, 2, 3, 4, 5));
    const changes = {
      snapshot: { name: 'a.mdb', takenAt: at, files: 7 },
      snapshotFailure: { at, reason: 'the disk is full' },
    };

    const told = await run(['status', '--json'], { status: async () => aStatus(changes) });
    const shown = await run(['status'], { status: async () => aStatus(changes) });
    const none = await run(['status'], { status: async () => aStatus() });

    const time = '2026-01-02T03:04:05.000Z';
    expect(JSON.parse(told.out)).toMatchObject({
      snapshot: { name: 'a.mdb', takenAt: time, files: 7 },
      snapshotFailure: { at: time, reason: 'the disk is full' },
    });
    expect(shown.out).toMatch(`${time}, 7 files (the last try failed: the disk is full)`);
    expect(none.out).toMatch(/snapshot +none/);
  });

  it('waits for a healthy cluster, through a master that is away', async () => {
    const answers = [
      () => refuse('unavailable'),
      async () => aStatus({ belowTarget: 1 }),
      async () => aStatus(),
    ];

    const ran = await run(['status', '--wait-healthy', '10', '--json'], {
      status: () => answers.shift()?.() ?? refuse('internal'),
    });

    expect([ran.exit, ran.err, answers.length]).toEqual([0, '', 0]);
  });

  it('exits 5 with the reason when health does not come', async () => {
    const status = async () => aStatus({ surplus: 2, mode: 'safe mode', modeReason: 'unsure' });

    const { exit, err } = await run(['status', '--wait-healthy', '0'], { status });

    expect(exit).toBe(5);
    expect(err).toContain('not healthy after 0 s: safe mode (unsure), 2 replicas in surplus');
  });

  it('prints a keeper a line', async () => {
    const keeper = {
      keeper: keeperId('k1'),
      address: '127.0.0.1:7001',
      state: 'alive',
      lastHeartbeatMs: 120,
      usedBytes: 1024,
      freeBytes: 2048,
      replicas: 4,
      disk: 'sound',
      scrub: { checked: 2, percent: 100, quarantined: 0, unreadable: 0, passedMs: 7_200_000 },
    } as const;
    const keepers = async () => [keeper];

    expect(JSON.parse((await run(['keepers', '--json'], { keepers })).out)).toEqual(keeper);
    expect((await run(['keepers'], { keepers })).out.split('\n')[1]).toBe(
      'k1      127.0.0.1:7001  alive  120 ms ago  1.0 KiB  2.0 KiB  4         2 h ago',
    );
    const sick = async () => [{ ...keeper, disk: 'suspect' as const }];
    expect((await run(['keepers'], { keepers: sick })).out).toContain('  alive, disk suspect  ');
  });

  it.each([
    [undefined, 'sound', 'alive  -'],
    [{ checked: 0, percent: 100, quarantined: 0, unreadable: 0 }, 'sound', 'alive  -'],
    [
      { checked: 3, percent: 37, quarantined: 0, unreadable: 0, passedMs: 9 },
      'sound',
      'alive  37 %',
    ],
    [
      { checked: 3, percent: 100, quarantined: 1, unreadable: 2, passedMs: 4_000 },
      'suspect',
      'alive, disk suspect  4.0 s ago, 1 bad, 2 unreadable',
    ],
  ] as const)('shows how far a scrub is: %j', async (scrub, disk, expected) => {
    const keeper = {
      keeper: keeperId('k1'),
      address: '127.0.0.1:7001',
      state: 'alive',
      lastHeartbeatMs: 120,
      usedBytes: 1024,
      freeBytes: 2048,
      replicas: 4,
      disk,
      ...(scrub && { scrub }),
    } as const;

    const { out } = await run(['keepers'], { keepers: async () => [keeper] });

    const [, row = ''] = out.split('\n');
    const [, , state = '', , , , , ...last] = row.split(/ {2,}/);
    expect([state, ...last].join('  ')).toBe(expected);
  });

  it('retires a keeper', async () => {
    const asked: string[] = [];
    const retire = async (keeper: string) => {
      asked.push(keeper);
      return { replicas: 12, lastReplicas: 1 };
    };

    const told = await run(['keepers', 'retire', 'k3'], { retire });
    const json = await run(['--json', 'keepers', 'retire', 'k3'], { retire });

    expect([told.exit, told.out]).toEqual([0, '']);
    expect(told.err.split('\n').slice(0, 2)).toEqual([
      'k3 is retired; it had 12 replicas',
      '1 of them were the only ones of their files: see fsck',
    ]);
    expect(JSON.parse(json.out)).toEqual({ keeper: 'k3', replicas: 12, lastReplicas: 1 });
    expect(asked).toEqual(['k3', 'k3']);
  });

  it('exits 7 for findings that lose data, and 0 for those that heal', async () => {
    const finding = (problem: 'below target' | 'missing') => ({
      name: 'a',
      fileId: '1'.repeat(32),
      problem,
      live: 0,
      target: 3,
      reason: 'lost on k1',
    });

    const missing = await run(['fsck'], { fsck: () => each(finding('missing')) });
    const below = await run(['fsck', '--json'], { fsck: () => each(finding('below target')) });

    expect([missing.exit, missing.out]).toEqual([7, 'missing       0/3  a: lost on k1\n']);
    expect([below.exit, JSON.parse(below.out)]).toEqual([0, finding('below target')]);
  });

  it('tells wrong bytes from a replica that could not be checked', async () => {
    const replica = {
      type: 'replica',
      keeper: keeperId('k1'),
      address: '127.0.0.1:7001',
      sound: false,
      reason: 'its keeper is not connected',
      verifiedAt: wallMs(0),
    } as const;
    const file = (state: 'lost' | 'quarantined'): Verification => {
      const view = aFileView();
      const replicas = view.replicas.map((one) => ({ ...one, state }));
      return { type: 'file', file: { ...view, replicas } };
    };

    const unchecked = await run(['verify', 'a'], {
      verify: () => each<Verification>(replica, file('lost')),
    });
    const wrong = await run(['verify', 'a'], {
      verify: () => each<Verification>(replica, file('quarantined')),
    });
    const sound = await run(['verify', 'a'], {
      verify: () => each({ ...replica, sound: true }, { type: 'file', file: aFileView() } as const),
    });

    expect([unchecked.exit, wrong.exit, sound.exit]).toEqual([5, 7, 0]);
  });

  it('compares a local file with the table', async () => {
    const cluster = {
      verify: () => each({ type: 'file', file: aFileView() } as const),
      digest: async () => ({ size: 1, digest: aFileView().digest }),
    };

    expect((await run(['verify', 'a', 'b.mp4'], cluster)).exit).toBe(7);
  });
});
