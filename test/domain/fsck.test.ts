import { describe, expect, it } from 'vitest';
import type { FileRecord, ReplicaRecord, ReplicaStanding } from '../../src/domain/file-record.js';
import { inspectFile } from '../../src/domain/fsck.js';
import { digest, fileId, keeperId, uploadId, wallMs } from '../../src/domain/ids.js';
import type { KeeperState, KeeperView } from '../../src/domain/keeper-view.js';

describe('inspectFile', () => {
  it('finds nothing in a file at its target', () => {
    expect(
      inspectFile(file('a', 'b', 'c'), keepers({ a: 'alive', b: 'alive', c: 'alive' })),
    ).toEqual([]);
  });

  it('tells which replicas a file below its target lacks', () => {
    const found = inspectFile(
      file('a', 'b', 'c'),
      keepers({ a: 'alive', b: 'lost', c: 'suspect' }),
    );

    expect(found).toEqual([
      { problem: 'below target', live: 1, reason: 'lost on b, suspect on c' },
    ]);
  });

  it('tells of a replica that its keeper cannot read', () => {
    const whole = file('a', 'b', 'c');
    const replicas = whole.replicas.map((replica) =>
      replica.keeper === 'b' ? { ...replica, unreadable: true as const } : replica,
    );
    const views = keepers({ a: 'alive', b: 'alive', c: 'alive' });

    expect(inspectFile({ ...whole, replicas }, views)).toEqual([
      { problem: 'below target', live: 2, reason: 'unreadable on b' },
    ]);
  });

  it('calls a file missing when no keeper that holds it can come up with it', () => {
    const found = inspectFile(file('a'), keepers({ a: 'lost' }));

    expect(found).toEqual([{ problem: 'missing', live: 0, reason: 'lost on a' }]);
  });

  it('counts more than the target as surplus, but not what is being dropped', () => {
    const views = keepers({ a: 'alive', b: 'alive', c: 'alive', d: 'alive' });

    expect(inspectFile(file('a', 'b', 'c', 'd'), views)).toEqual([
      { problem: 'surplus', live: 4, reason: '1 more than its target' },
    ]);
    expect(inspectFile(file('a', 'b', 'c', ['d', 'dropping']), views)).toEqual([]);
  });

  it('finds nothing in a file at its target of which bad bytes are still set aside somewhere', () => {
    const healed = file('a', 'b', 'c');
    const replicas = healed.replicas.map((replica) => ({ ...replica, aside: true as const }));
    const views = keepers({ a: 'alive', b: 'alive', c: 'alive' });

    expect(inspectFile({ ...healed, replicas }, views)).toEqual([]);
  });

  it('names the keeper whose bytes were found wrong', () => {
    const found = inspectFile(
      file('a', 'b', 'c', ['d', 'quarantined']),
      keepers({ a: 'alive', b: 'alive', c: 'alive', d: 'alive' }),
    );

    expect(found).toEqual([
      { problem: 'quarantined', live: 3, reason: 'its bytes on d were found wrong' },
    ]);
  });
});

type Where = string | readonly [string, ReplicaStanding];

const file = (...where: readonly Where[]): FileRecord => ({
  fileId: fileId('0'.repeat(32)),
  uploadId: uploadId('1'.repeat(32)),
  name: 'a.mp4',
  size: 1,
  digest: digest('2'.repeat(64)),
  createdAt: wallMs(0),
  target: 3,
  mp4: { kind: 'not mp4' },
  replicas: where.map((one): ReplicaRecord => {
    const [keeper, standing] = typeof one === 'string' ? [one, 'sound' as const] : one;
    return { keeper: keeperId(keeper), incarnation: 1, standing, verifiedAt: wallMs(0) };
  }),
});

const keepers = (states: Readonly<Record<string, KeeperState>>) =>
  new Map(
    Object.entries(states).map(([name, state]): [KeeperView['keeper'], KeeperView] => [
      keeperId(name),
      {
        keeper: keeperId(name),
        address: '127.0.0.1:1',
        state,
        incarnation: 1,
        inventory: 'whole',
        diskSuspect: false,
        freeBytes: 1,
        usedBytes: 1,
        transfers: 0,
      },
    ]),
  );
