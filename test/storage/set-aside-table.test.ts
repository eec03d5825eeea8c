import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clusterId } from '../../src/domain/ids.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { takeSnapshot } from '../../src/storage/table-snapshot-file.js';

const rebuilding = { opening: { rebuild: true } };

const named = clusterId('c'.repeat(32));

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-table-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

describe('a master that is to make its table again', () => {
  it('sets a damaged table aside, whole, and begins an empty one', async () => {
    await (await LmdbTableStore.open(directory)).close();
    const table = join(directory, 'table.mdb');
    const damaged = (await readFile(table)).fill(7, 0, 100);
    await writeFile(table, damaged);

    const store = await LmdbTableStore.open(directory, rebuilding);

    const aside = (await readdir(directory)).filter((name) => /aside-\d.*Z$/.test(name));
    expect(store.identity).toMatchObject({ epoch: 1, commit: 0 });
    expect(await readFile(join(directory, aside[0] ?? ''))).toEqual(damaged);
    expect(store.opened.lost).toEqual({
      why: expect.stringMatching(/^is damaged: /),
      aside: join(directory, aside[0] ?? ''),
    });
    await store.close();
  });

  it('leaves a sound one where it is when it is the mark that is damaged', async () => {
    await (await LmdbTableStore.open(directory)).close();
    const before = await readFile(join(directory, 'table.mdb'));
    await writeFile(join(directory, 'cluster.json'), '{"format":2}');

    await expect(LmdbTableStore.open(directory, rebuilding)).rejects.toMatchObject({
      code: 'integrity',
      detail: expect.stringContaining('cluster.json'),
    });

    expect(await readFile(join(directory, 'table.mdb'))).toEqual(before);
  });

  it('leaves it where it is when what should read it could not be started', async () => {
    await (await LmdbTableStore.open(directory)).close();
    const before = await readFile(join(directory, 'table.mdb'));
    vi.stubEnv('NODE_OPTIONS', '--require ./not-there.cjs');

    const opening = LmdbTableStore.open(directory, rebuilding);

    await expect(opening).rejects.toMatchObject({ code: 'unavailable' });
    expect(await readFile(join(directory, 'table.mdb'))).toEqual(before);
  });

  it('sets nothing aside where nothing is, however often it is started', async () => {
    await (await LmdbTableStore.open(directory)).close();
    await truncate(join(directory, 'table.mdb'), 0);

    const store = await LmdbTableStore.open(directory, rebuilding);

    expect(store.opened.lost).toEqual({
      why: expect.stringMatching(/^is empty, and cluster.json says/),
    });
    expect((await readdir(directory)).filter((name) => name.includes('aside'))).toEqual([]);
    await store.close();
  });

  it('keeps a sound one', async () => {
    const first = await LmdbTableStore.open(directory);
    await first.close();

    const store = await LmdbTableStore.open(directory, rebuilding);

    expect(store.identity).toEqual({ ...first.identity, epoch: 2 });
    await store.close();
  });

  it('goes on where it was interrupted when only what was set aside is there', async () => {
    await writeFile(join(directory, 'table.mdb.aside-2026-01-01T00-00-00.000Z'), 'damaged');

    const asItIs = LmdbTableStore.open(directory);
    await expect(asItIs).rejects.toMatchObject({ code: 'integrity' });
    const store = await LmdbTableStore.open(directory, rebuilding);

    expect(store.identity.epoch).toBe(1);
    await store.close();
  });

  it('begins a table of the cluster that the mark beside it names', async () => {
    const first = await LmdbTableStore.open(directory);
    await first.close();
    await rm(join(directory, 'table.mdb'));

    const store = await LmdbTableStore.open(directory, rebuilding);

    expect(store.identity.clusterId).toBe(first.identity.clusterId);
    await store.close();
  });

  it('is of the cluster that its keepers name, where no mark did', async () => {
    const begun = await LmdbTableStore.open(directory, rebuilding);
    await begun.close();
    const again = await LmdbTableStore.open(directory, rebuilding);
    nameCluster(again);
    await again.close();

    const store = await LmdbTableStore.open(directory);
    await store.close();
    await truncate(join(directory, 'table.mdb'), 0);

    expect(store.identity).toMatchObject({ clusterId: named, epoch: 5 });
    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({
      code: 'integrity',
      detail: expect.stringContaining(named),
    });
  });

  it.each([
    [
      'was begun as a new cluster by mistake',
      async () => (await LmdbTableStore.open(directory)).close(),
    ],
    ['was begun, and the master died before it marked it', () => beginUnmarked()],
  ])('is of that cluster ever after, though it %s before', async (_, begin) => {
    await begin();
    const rebuilt = await LmdbTableStore.open(directory, rebuilding);
    nameCluster(rebuilt);
    await rebuilt.close();

    for (const options of [rebuilding, {}]) {
      const store = await LmdbTableStore.open(directory, options);
      expect(store.identity.clusterId).toBe(named);
      await store.close();
    }
  });

  it('takes a snapshot of the cluster that its keepers named', async () => {
    const store = await LmdbTableStore.open(directory, rebuilding);
    nameCluster(store);
    await takeSnapshot(store.directory, 8);
    await store.close();
    await writeFile(join(directory, 'table.mdb'), 'rot');

    const restored = await LmdbTableStore.open(directory, { opening: { restore: 'latest' } });

    expect(restored.identity).toMatchObject({ clusterId: named, epoch: 5 });
    await restored.close();
  });

  it('S39: raises its own numbers with the rows of one batch, and never lowers them', async () => {
    const store = await LmdbTableStore.open(directory);
    const raise = {
      type: 'raise',
      clusterId: store.identity.clusterId,
      epoch: 9,
      commit: 70,
    } as const;

    store.transact((transaction) => transaction.apply([raise]));
    store.transact((transaction) => transaction.apply([{ ...raise, epoch: 2, commit: 3 }]));
    await store.close();
    const again = await LmdbTableStore.open(directory);

    expect(again.identity).toMatchObject({ epoch: 10, commit: 72 });
    await again.close();
  });
});

/** As the first keeper does that is admitted. */
const nameCluster = (store: LmdbTableStore): void =>
  store.transact((transaction) =>
    transaction.apply([{ type: 'raise', clusterId: named, epoch: 4, commit: 9 }]),
  );

async function beginUnmarked(): Promise<void> {
  await (await LmdbTableStore.open(directory, rebuilding)).close();
  await rm(join(directory, 'cluster.json'));
}
