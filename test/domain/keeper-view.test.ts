import { describe, expect, it } from 'vitest';
import type { FileRecord, ReplicaRecord } from '../../src/domain/file-record.js';
import { keeperId, wallMs } from '../../src/domain/ids.js';
import {
  type KeeperState,
  type KeeperView,
  readableReplicas,
  replicaState,
} from '../../src/domain/keeper-view.js';

describe('replica state', () => {
  it.each([
    ['joining', 'unverified'],
    ['alive', 'live'],
    ['draining', 'live'],
    ['suspect', 'suspect'],
    ['lost', 'lost'],
    ['retired', 'lost'],
  ] as const)('is, on a keeper that is %s, %s', (state, expected) => {
    expect(replicaState(replica, viewsOf(view({ state })))).toBe(expected);
  });

  it('is unverified until the whole inventory of the keeper has been heard', () => {
    expect(replicaState(replica, viewsOf(view({ inventory: 'awaited' })))).toBe('unverified');
  });

  it('is unverified when an earlier start of the keeper vouched for it', () => {
    expect(replicaState(replica, viewsOf(view({ incarnation: 2 })))).toBe('unverified');
  });

  it.each([
    ['alive', 'unverified'],
    ['suspect', 'suspect'],
    ['lost', 'lost'],
  ] as const)(
    'S29: is, when it could not be read on a keeper that is %s, %s',
    (state, expected) => {
      const unread = { ...replica, unreadable: true as const };

      expect(replicaState(unread, viewsOf(view({ state })))).toBe(expected);
    },
  );

  it('is lost on a keeper that nobody knows', () => {
    expect(replicaState(replica, new Map())).toBe('lost');
  });

  it.each(['alive', 'suspect', 'lost'] as const)(
    'rests on nothing that was set aside or ordered off a keeper that is %s',
    (state) => {
      const views = viewsOf(view({ state }));

      expect(replicaState({ ...replica, standing: 'quarantined' }, views)).toBe('quarantined');
      expect(replicaState({ ...replica, standing: 'dropping' }, views)).toBe('lost');
    },
  );
});

describe('readable replicas', () => {
  it('come best first: live, unverified, suspect', () => {
    const states: Record<string, Partial<KeeperView>> = {
      k1: { state: 'suspect' },
      k2: { inventory: 'awaited' },
      k3: {},
      k4: { state: 'lost' },
    };
    const views = viewsOf(
      ...Object.entries(states).map(([id, change]) => view({ keeper: keeperId(id), ...change })),
    );

    expect(readOf(Object.keys(states), views)).toEqual(['k3', 'k2', 'k1']);
  });

  it('are never those that were set aside or ordered off', () => {
    const file = fileOf([
      { ...replica, standing: 'quarantined' },
      { ...replica, standing: 'dropping' },
    ]);

    expect(readableReplicas(file, viewsOf(view()))).toEqual([]);
  });

  it.each(['lost', 'retired'] as const)('are none on a keeper that is %s', (state: KeeperState) => {
    expect(readOf(['k1'], viewsOf(view({ state })))).toEqual([]);
  });
});

const replica: ReplicaRecord = {
  keeper: keeperId('k1'),
  incarnation: 1,
  standing: 'sound',
  verifiedAt: wallMs(1),
};

const view = (changes: Partial<KeeperView> = {}): KeeperView => ({
  keeper: keeperId('k1'),
  address: '127.0.0.1:7001',
  state: 'alive',
  incarnation: 1,
  inventory: 'whole',
  diskSuspect: false,
  freeBytes: 1,
  usedBytes: 0,
  transfers: 0,
  ...changes,
});

const viewsOf = (...views: readonly KeeperView[]) =>
  new Map(views.map((one) => [one.keeper, one] as const));

const fileOf = (replicas: readonly ReplicaRecord[]) => ({ replicas }) as unknown as FileRecord;

const readOf = (keepers: readonly string[], views: ReturnType<typeof viewsOf>) =>
  readableReplicas(fileOf(keepers.map((id) => ({ ...replica, keeper: keeperId(id) }))), views).map(
    ({ keeper }) => keeper,
  );
