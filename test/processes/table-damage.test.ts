import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  truncate,
  watch,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { programPath } from '../../src/cli/local/server-process.js';
import { mountSmallDisk, unmount } from '../storage/a-small-disk.js';
import { makeFilm, mebibytes, Rig, sha256 } from './rig.js';

const pageBytes = 4096;

describe('a master whose table is damaged', () => {
  it('S3, S11, S26: says what it found and what to do, touches no replica, and comes back from a snapshot', {
    timeout: 400_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3, masterArgs: ['--snapshot-every', '1s'] });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(2));
    await rig.succeed('put', film);
    await rig.healthy();
    const table = rig.path('master', 'table.mdb');
    await rig.until('a snapshot knows the file', async () => (await snapshotOf(rig))?.files === 1);
    await rig.kill('master');
    const whole = await readFile(table);
    const older = rig.path('older.mdb');
    await copyFile(rig.path('master', 'snapshots', (await snapshots(rig))[0] ?? ''), older);
    const replicas = await replicasOf(rig);

    const damages: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['is empty', () => truncate(table, 0)],
      // What is cut off otherwise may have been free: that is no damage.
      ['ends at byte', () => truncate(table, (rowPages(whole)[1] ?? 0) * pageBytes)],
      [
        'does not begin as a table does',
        () => writeFile(table, Buffer.from(whole).fill(0, 0, pageBytes)),
      ],
      ...[1, 2, 3].map(
        (seed) => ['is damaged', () => writeFile(table, scribble(whole, seed))] as const,
      ),
      ['is missing', () => rm(table)],
    ];
    for (const [what, damage] of damages) {
      await writeFile(table, whole);
      await damage();

      const { code, lines } = await runMaster(rig);

      expect({ what, code, lines: lines.length }).toEqual({ what, code: 7, lines: 1 });
      expect(lines[0]).toContain(what);
      expect(lines[0]).toMatch(/--restore \S+-f1\.mdb.* or with --rebuild/);
      expect(await replicasOf(rig)).toEqual(replicas);
    }

    await rig.startMaster(['--restore', 'latest']);
    await rig.until('it is read again', async () => {
      const got = await rig.client('get', 'film.mp4', '-o', rig.path('back.mp4'), '--replace');
      return got.code === 0;
    });
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect(await replicasOf(rig)).toEqual(replicas);

    await rig.kill('master');
    await writeFile(table, await readFile(older));
    await rig.startMaster();
    await rig.until('it knows that it has an older table', async () => {
      const { mode, modeReason } = await rig.status();
      return mode === 'safe mode' && String(modeReason).includes('older');
    });
    expect(await replicasOf(rig)).toEqual(replicas);
  });

  it('kill -9 in the middle of snapshots leaves no half one, and loses nothing', {
    timeout: 180_000,
  }, async () => {
    const rig = await Rig.start({
      keepers: 1,
      masterArgs: ['--snapshot-every', '20ms'],
    });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(1));
    const acked: string[] = [];
    await mkdir(rig.path('master', 'snapshots'), { recursive: true });
    for (let round = 0; round < 3; round += 1) {
      const begun = snapshotBegun(rig);
      const name = `f${round}.mp4`;
      await rig.succeed('put', film, '--as', name);
      acked.push(name);
      await begun;
      await rig.kill('master');
      await rig.startMaster();
    }
    await rig.server('master').end('SIGTERM');

    const left = await everySnapshotFile(rig);
    expect(left).toEqual(await snapshots(rig));
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThanOrEqual(16);
    await rig.startMaster();
    expect((await rig.succeed('ls')).trim().split('\n').sort()).toEqual(acked.toSorted());
  });

  it('L13: refuses to write while its own disk is full, loses nothing, and goes on when there is room', {
    timeout: 180_000,
  }, async (test) => {
    const disk = mountSmallDisk(mebibytes(32));
    if (disk === undefined) return test.skip('a small tmpfs can be mounted by root only');
    onTestFinished(() => unmount(disk));
    const masterArgs = ['--data', join(disk, 'master'), '--replicas', '1'];
    const rig = await Rig.start({ keepers: 1, masterArgs });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(1));
    await rig.succeed('put', film, '--as', 'before.mp4');
    const { pid } = rig.server('master');

    await writeFile(join(disk, 'junk'), Buffer.alloc(mebibytes(20)));
    const refused = await rig.client('put', film, '--as', 'refused.mp4');
    await rig.succeed('get', 'before.mp4', '-o', rig.path('back.mp4'));
    await rm(join(disk, 'junk'));
    await rig.succeed('put', film, '--as', 'after.mp4');

    expect(refused).toMatchObject({
      code: 9,
      stderr: expect.stringMatching(/^.*disk is full.*\n$/),
    });
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect(await rig.succeed('ls')).toBe('after.mp4\nbefore.mp4\n');
    expect(() => process.kill(pid, 0)).not.toThrow();
  });
});

/** A master that is expected not to start. */
async function runMaster(rig: Rig): Promise<{ code: number | null; lines: readonly string[] }> {
  const child = spawn(
    process.execPath,
    [programPath('master'), '--port', '0', '--data', rig.path('master'), '--log-level', 'fatal'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, lines: said.trimEnd().split('\n') };
}

/** Bytes that say nothing in three pages of those that hold the rows. */
function scribble(whole: Buffer, seed: number): Buffer {
  const bytes = Buffer.from(whole);
  let state = seed;
  const dice = (sides: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * sides);
  };
  for (let count = 0; count < 3; count += 1) {
    const page = rowPages(whole)[dice(rowPages(whole).length)] ?? 0;
    for (let at = 0; at < pageBytes; at += 1) bytes[page * pageBytes + at] = dice(256);
  }
  return bytes;
}

/** The roots of the two trees of the newer commit, where the file says they are. */
function rowPages(whole: Buffer): readonly number[] {
  const txnAt = 24 + 128;
  const metas = [0, pageBytes].map((at) => whole.subarray(at, at + pageBytes));
  const newest = metas.toSorted((a, b) =>
    Number(b.readBigUInt64LE(txnAt) - a.readBigUInt64LE(txnAt)),
  )[0];
  return [88, 136].map((at) => Number(newest?.readBigUInt64LE(at)));
}

/** Resolves while the next one is being copied. */
async function snapshotBegun(rig: Rig): Promise<void> {
  for await (const { filename } of watch(rig.path('master', 'snapshots')))
    if (filename === 'snapshot.tmp') return;
}

async function snapshotOf(rig: Rig): Promise<{ readonly files: number } | undefined> {
  return (await rig.status())['snapshot'] as { readonly files: number } | undefined;
}

const everySnapshotFile = async (rig: Rig): Promise<readonly string[]> =>
  (await readdir(rig.path('master', 'snapshots')).catch(() => [])).sort();

const snapshots = async (rig: Rig): Promise<readonly string[]> =>
  (await everySnapshotFile(rig)).filter((name) => name.endsWith('.mdb'));

/** Every byte that the keepers hold, by digest. */
async function replicasOf(rig: Rig): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  for (const keeper of rig.keeperNames) {
    const names = await readdir(rig.path(keeper, 'objects'), { recursive: true });
    for (const name of names.filter((entry) => entry.includes('.')))
      digests[`${keeper}/${name}`] = await sha256(rig.path(keeper, 'objects', name));
  }
  return digests;
}
