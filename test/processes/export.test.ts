import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { programPath } from '../../src/cli/local/server-process.js';
import { makeFilm, mebibytes, Rig, sha256 } from './rig.js';

const longName = `${'n'.repeat(120)}/${'ü'.repeat(125)}.mp4`;
/** Under which they are put, and under which they are found. */
const names: Readonly<Record<string, string>> = {
  'plain.mp4': 'plain.mp4',
  'two words/and three more.mp4': 'two words/and three more.mp4',
  'cafe\u0301/e\u0301te\u0301.mp4': 'caf\u00e9/\u00e9t\u00e9.mp4',
  'a/b/c/d/e/f.mp4': 'a/b/c/d/e/f.mp4',
  '-rf $(x) "y" \'z\' \\.mp4': '-rf $(x) "y" \'z\' \\.mp4',
  '城/дом 🎬.mp4': '城/дом 🎬.mp4',
  [longName]: longName,
};
const found = Object.values(names).toSorted();

describe('the directory of a keeper that was stopped', () => {
  it('becomes the named tree of what was stored, and the same when it is exported again', {
    timeout: 240_000,
  }, async ({ skip }) => {
    const { rig, films } = await aStoredTree();
    const tree = rig.path('tree');
    await rig.server('k1').end('SIGTERM');

    const first = await exportTo(rig, tree);
    const again = await exportTo(rig, tree);

    expect([first.code, again.code]).toEqual([0, 0]);
    expect(again.stderr).toBe(first.stderr);
    expect(await filesBelow(tree)).toEqual(found);
    for (const name of found) {
      expect(await sha256(join(tree, name))).toBe(films.get(name));
      expect((await stat(join(tree, name))).nlink).toBe(2);
    }
    const probe = await run('ffprobe', ['-version']);
    if (probe === undefined) return skip('ffprobe is not there: nobody has played the films');
    for (const name of found) expect(await durationOf(join(tree, name))).toBeCloseTo(2, 0);
  });

  it('is copied to another file system, the longest names too', { timeout: 240_000 }, async ({
    skip,
  }) => {
    const elsewhere = await otherFileSystem();
    if (elsewhere === undefined) return skip('/dev/shm is no file system of its own here');
    const { rig, films } = await aStoredTree();
    await rig.server('k1').end('SIGTERM');

    const first = await exportTo(rig, elsewhere);
    const again = await exportTo(rig, elsewhere);

    expect([first.code, again.code, first.stderr]).toEqual([0, 0, again.stderr]);
    expect(await filesBelow(elsewhere)).toEqual(found);
    for (const name of found) {
      expect(await sha256(join(elsewhere, name))).toBe(films.get(name));
      expect((await stat(join(elsewhere, name))).nlink).toBe(1);
    }
  });

  it('gives all but what is damaged or has no place of its own, says so, and ends with 8', {
    timeout: 240_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(1));
    for (const name of ['a.mp4', 'a.mp4/b.mp4', 'cut.mp4', 'whole.mp4'])
      await rig.succeed('put', film, '--as', name);
    await rig.healthy();
    const { fileId } = await rig.stat('cut.mp4');
    await rig.server('k1').end('SIGTERM');
    await truncate(rig.path('k1', 'objects', fileId.slice(0, 2), `${fileId}.manifest`), 40);

    const { code, stderr } = await exportTo(rig, rig.path('tree'));

    const exported = await filesBelow(rig.path('tree'));
    const [standing, refused] = exported.includes('a.mp4')
      ? ['a.mp4', 'a.mp4/b.mp4']
      : ['a.mp4/b.mp4', 'a.mp4'];
    expect([code, exported]).toEqual([8, [standing, 'whole.mp4'].toSorted()]);
    expect(stderr).toContain(`\n${fileId}: `);
    expect(stderr).toContain(`\n${refused}: `);
  });
});

describe('the directory of a keeper that runs', () => {
  it('is exported all the same, and the keeper does not mind', { timeout: 240_000 }, async () => {
    const { rig, films } = await aStoredTree();
    const tree = rig.path('tree');

    const { code } = await exportTo(rig, tree);
    await rig.succeed('rm', 'plain.mp4');
    await rig.until('it is off the disks', async () => (await rig.status())['deletionsDue'] === 0);

    expect([code, await filesBelow(tree)]).toEqual([0, found]);
    expect(await sha256(join(tree, 'plain.mp4'))).toBe(films.get('plain.mp4'));
    expect((await rig.keeperStates())['k1']).toBe('alive');
    await rig.succeed('verify', 'a/b/c/d/e/f.mp4');
  });
});

/** Three keepers that hold all of it, one name replaced and one removed; sha256 by name. */
async function aStoredTree() {
  const rig = await Rig.start({ keepers: 3 });
  const films = new Map<string, string>();
  const folder = rig.path('films');
  for (const [index, [name, kept]] of Object.entries(names).entries()) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    const film = await makeFilm(join(folder, name), mebibytes(1) + index, index);
    films.set(kept, await sha256(film));
  }
  const older = await makeFilm(rig.path('older.mp4'), mebibytes(2));
  await rig.succeed('put', older, '--as', 'plain.mp4');
  await rig.succeed('put', older, '--as', 'removed.mp4');
  await rig.succeed('put', folder, '--replace');
  await rig.succeed('rm', 'removed.mp4');
  await rig.healthy();
  await rig.until('what is gone is off the disks', async () => {
    const { deletionsDue } = await rig.status();
    return deletionsDue === 0;
  });
  return { rig, films };
}

async function exportTo(rig: Rig, tree: string): Promise<Ended> {
  const args = [programPath('keeper'), 'export', '--data', rig.path('k1'), '--to', tree];
  const ended = await run(process.execPath, args);
  if (ended === undefined) throw new Error('node is not there');
  return ended;
}

async function durationOf(path: string): Promise<number> {
  const entries = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'];
  const probed = await run('ffprobe', [...entries, path]);
  if (probed?.code !== 0) throw new Error(`ffprobe does not read ${path}: ${probed?.stderr}`);
  return Number(probed.stdout);
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Undefined when there is no such program. */
async function run(program: string, args: readonly string[]): Promise<Ended | undefined> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function otherFileSystem(): Promise<string | undefined> {
  const [shared, temporary] = await Promise.allSettled([stat('/dev/shm'), stat(tmpdir())]);
  if (shared.status === 'rejected' || temporary.status === 'rejected') return undefined;
  if (shared.value.dev === temporary.value.dev) return undefined;
  const dir = await mkdtemp('/dev/shm/reelkeep-test-');
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

async function filesBelow(tree: string): Promise<readonly string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .toSorted();
}
