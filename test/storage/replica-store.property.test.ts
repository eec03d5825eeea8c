import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { HashPool } from '../../src/storage/pool/hash-pool.js';
import { ReplicaStore } from '../../src/storage/replica-store.js';
import { seed } from '../seed.js';
import {
  aFilm,
  type Film,
  filesBelow,
  listAll,
  put,
  type StepName,
  soundEntry,
  steps,
} from './a-store.js';

const pool = HashPool.create({ threads: 1 });
afterAll(() => pool.close());

type Deed =
  | { readonly type: 'put'; readonly n: number; readonly until: StepName }
  | { readonly type: 'abandon' | 'drop' | 'discard'; readonly n: number }
  | { readonly type: 'restart' };

const film = (n: number): Film => aFilm(n, n * 700);
const anyFilm = fc.nat(4);
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('put'),
      n: anyFilm,
      until: fc.constantFrom(...steps.map(([name]) => name)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('abandon', 'drop', 'discard'), n: anyFilm }),
  },
  { weight: 1, arbitrary: fc.constant<Deed>({ type: 'restart' }) },
);

describe(`replica store (seed ${seed})`, () => {
  it('holds the durable replicas and nothing else, whatever is done to it in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDeed, { maxLength: 25 }), async (deeds) => {
        const root = await mkdtemp(join(tmpdir(), 'reelkeep-store-'));
        const world = await createWorld(root);
        try {
          for (const deed of deeds) {
            await world.do(deed);
            await world.check();
          }
          await world.do({ type: 'restart' });
          await world.check();
          expect(await filesBelow(join(root, 'staging'))).toEqual([]);
        } finally {
          await world.close();
          await rm(root, { recursive: true });
        }
      }),
      { seed, numRuns: 40 },
    );
  });
});

async function createWorld(root: string) {
  const open = () =>
    ReplicaStore.open({ root, pool, durability: 'relaxed', reserve: { bytes: 0 } });
  let store = await open();
  const durable = new Map<number, Film>();
  const underWay = new Map<number, Awaited<ReturnType<typeof put>>>();

  async function putFilm(n: number, until: StepName): Promise<void> {
    if (durable.has(n) || underWay.has(n)) {
      await expect(put(store, film(n), until)).rejects.toMatchObject({ code: 'conflict' });
      return;
    }
    const staged = await put(store, film(n), until);
    if (until === 'syncDirectory') durable.set(n, film(n));
    else underWay.set(n, staged);
  }

  return {
    async do(deed: Deed): Promise<void> {
      switch (deed.type) {
        case 'put':
          return putFilm(deed.n, deed.until);
        case 'abandon':
          await underWay.get(deed.n)?.abandon();
          underWay.delete(deed.n);
          return;
        case 'drop':
          await store.drop([film(deed.n).fileId]);
          durable.delete(deed.n);
          underWay.delete(deed.n);
          return;
        case 'discard':
          await store.discard(film(deed.n).fileId, film(deed.n).uploadId);
          durable.delete(deed.n);
          underWay.delete(deed.n);
          return;
        case 'restart':
          await store.close();
          underWay.clear();
          store = await open();
      }
    },
    async check(): Promise<void> {
      const { complete, entries } = await listAll(store);
      expect(complete).toBe(true);
      const expected = Array.from(durable.values(), soundEntry);
      expect(entries).toEqual(expected.sort((a, b) => (a.fileId < b.fileId ? -1 : 1)));
      const usedBytes = expected.reduce((sum, { size }) => sum + size, 0);
      const published = Array.from(underWay.values()).filter(({ step }) => step === 'published');
      const publishedBytes = published.reduce((sum, { size }) => sum + size, 0);
      expect((await store.space()).usedBytes).toBe(usedBytes + publishedBytes);
    },
    close: () => store.close(),
  };
}
