import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterId, keeperId } from '../../src/domain/ids.js';
import { aFilm, createBench, listAll, put, soundEntry } from './a-store.js';

const bench = createBench();

describe('a keeper’s directory', () => {
  it('is made when it does not exist, for its owner alone', async () => {
    const root = join(await bench.directory(), 'deep', 'data');

    const store = await bench.open(root);

    expect(store.identity).toEqual({
      keeperId: expect.stringMatching(/^k-[0-9a-f]{8}$/),
      clusterId: null,
      incarnation: 1,
      highestEpoch: 0,
      highestCommit: 0,
      terms: [],
    });
    for (const name of ['objects', 'staging', 'quarantine'])
      expect((await stat(join(root, name))).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'keeper.json'))).mode & 0o777).toBe(0o600);
  });

  it('keeps its identity over starts, each with a higher incarnation', async () => {
    const { root, store } = await bench.openNew({ keeperId: keeperId('k1') });
    await store.close();

    const again = await bench.open(root);

    expect(again.identity).toMatchObject({ keeperId: 'k1', incarnation: 2 });
  });

  it('remembers the highest term that any master has shown', async () => {
    const { root, store } = await bench.openNew();
    await store.recordTerm({ clusterId: clusterId('aa'.repeat(16)), epoch: 7, commit: 90 });
    await store.recordTerm({ clusterId: clusterId('aa'.repeat(16)), epoch: 6, commit: 95 });
    await store.close();

    const again = await bench.open(root);

    expect(again.identity).toMatchObject({
      clusterId: 'aa'.repeat(16),
      highestEpoch: 7,
      highestCommit: 95,
      terms: [],
    });
  });

  it('S29, S41: leaves an empty directory alone that is in the place of its root', async () => {
    const { root, store } = await bench.openNew();
    await rename(root, `${root}.mounted`);
    await mkdir(root);
    const term = { clusterId: clusterId('aa'.repeat(16)), epoch: 7, commit: 90 };

    await expect(store.recordTerm(term)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.space()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await readdir(root)).toEqual([]);

    await rm(root, { recursive: true });
    await rename(`${root}.mounted`, root);
    await store.recordTerm(term);
    expect(await store.space()).toMatchObject({ usedBytes: 0 });
    expect(store.identity).toMatchObject({ highestEpoch: 7 });
  });

  it('S29, S32: takes nothing of another keeper for its own that is in the place of its root', async () => {
    const { root, store } = await bench.openNew();
    const [film, others] = [aFilm(1), aFilm(2)];
    await put(store, film);
    await rename(root, `${root}.mounted`);
    const other = await bench.open(root);
    await put(other, others);
    const term = { clusterId: clusterId('aa'.repeat(16)), epoch: 7, commit: 90 };

    await expect(store.recordTerm(term)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(put(store, aFilm(3))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await store.verify(film.fileId, film)).toMatchObject({ outcome: 'unknown' });
    expect(await store.verify(others.fileId, others)).toMatchObject({ outcome: 'unknown' });
    expect((await store.drop([film.fileId, others.fileId])).dropped).toEqual([]);
    await expect(store.holds(film.fileId)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.openReplica(film.fileId)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await listAll(store)).toEqual({ entries: [], complete: false });
    expect(await listAll(other)).toEqual({ entries: [soundEntry(others)], complete: true });

    await rename(root, `${root}.other`);
    await rename(`${root}.mounted`, root);
    await rm(`${root}.other`, { recursive: true });
    expect(await listAll(store)).toEqual({ entries: [soundEntry(film)], complete: true });
  });

  it('refuses the term of another cluster', async () => {
    const { store } = await bench.openNew();
    await store.recordTerm({ clusterId: clusterId('aa'.repeat(16)), epoch: 1, commit: 1 });

    const foreign = store.recordTerm({
      clusterId: clusterId('bb'.repeat(16)),
      epoch: 2,
      commit: 2,
    });

    await expect(foreign).rejects.toMatchObject({ code: 'not-allowed' });
    expect(store.identity).toMatchObject({ clusterId: 'aa'.repeat(16), highestEpoch: 1 });
  });

  it('is refused when it holds something else', async () => {
    const root = await bench.directory();
    await writeFile(join(root, 'holiday.mp4'), 'mine');

    await expect(bench.open(root)).rejects.toMatchObject({ code: 'usage' });
    await expect(stat(join(root, 'keeper.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is taken when a first start was interrupted in it', async () => {
    const root = await bench.directory();
    await writeFile(join(root, 'keeper.lock'), '');
    await writeFile(join(root, 'keeper.json.tmp'), '{"form');

    expect((await bench.open(root)).identity.incarnation).toBe(1);
  });

  it('goes on after a power cut between the names of its identity', async () => {
    const { root, store } = await bench.openNew({ keeperId: keeperId('k1') });
    await store.close();
    await link(join(root, 'keeper.json'), join(root, 'keeper.json.old'));

    const again = await bench.open(root);

    expect(again.identity).toMatchObject({ keeperId: 'k1', incarnation: 2 });
    const [now, spare] = await Promise.all(
      ['keeper.json', 'keeper.json.tmp'].map((name) => stat(join(root, name))),
    );
    expect(now?.nlink).toBe(1);
    expect(spare).toMatchObject({ nlink: 1, size: now?.size });
  });

  it('is refused to a keeper of another id', async () => {
    const { root, store } = await bench.openNew({ keeperId: keeperId('k1') });
    await store.close();

    const other = bench.open(root, { keeperId: keeperId('k2') });

    await expect(other).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('belongs to keeper k1, not to k2'),
    });
    expect((await bench.open(root)).identity.incarnation).toBe(2);
  });

  it.each([
    ['cut short', '{"format":1,"keep'],
    ['empty', ''],
    ['of a newer format', '{"format":2,"keeperId":"k1"}'],
    ['without an incarnation', '{"format":1,"keeperId":"k1","clusterId":null}'],
  ])('is refused when its identity is %s', async (_, text) => {
    const root = await bench.directory();
    await writeFile(join(root, 'keeper.json'), text);

    await expect(bench.open(root)).rejects.toMatchObject({ code: 'integrity' });
    expect(await readFile(join(root, 'keeper.json'), 'utf8')).toBe(text);
  });

  it('is refused when a room of it is a link to somewhere else', async () => {
    const { root, store } = await bench.openNew();
    await store.close();
    const elsewhere = await bench.directory();
    await rename(join(root, 'objects'), join(root, 'objects.old'));
    await symlink(elsewhere, join(root, 'objects'));

    await expect(bench.open(root)).rejects.toMatchObject({ code: 'usage' });
  });

  it('is refused while this process has it open', async () => {
    const { root } = await bench.openNew();

    await expect(bench.open(root)).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining(`process ${process.pid} uses this directory`),
    });
  });

  it('is refused while another process has it open, and free as soon as that one is killed', async () => {
    const root = join(await bench.directory(), 'data');
    await mkdir(root);
    await chmod(root, 0o700);
    const holder = holdLock(join(root, 'keeper.lock'));
    await once(holder.stdout ?? holder, 'data');

    await expect(bench.open(root)).rejects.toMatchObject({ code: 'conflict' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');

    expect((await bench.open(root)).identity.incarnation).toBe(1);
  });
});

/** Another process that holds the lock until it is killed. */
function holdLock(path: string): ChildProcess {
  const locks = createRequire(import.meta.url).resolve('fs-native-extensions');
  const script = `
    const fd = require('node:fs').openSync(${JSON.stringify(path)}, 'w+');
    if (!require(${JSON.stringify(locks)}).tryLock(fd)) process.exit(1);
    process.stdout.write('held');
    process.stdin.resume();
  `;
  return spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
}
