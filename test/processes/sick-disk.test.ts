import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ClientInBackground } from './client-in-background.js';
import { disksFor } from './disks/loop-disk.js';
import { StraceFault } from './disks/strace-fault.js';
import { straceIsMissing } from './kill-points/fatal-call.js';
import { clip, makeFilm, mebibytes, Rig, sha256 } from './rig.js';
import { skipWithout } from './tell.js';

describe('a sync that fails', () => {
  it('S8: fails the upload for good, is not tried again, and is not forgotten before a restart', {
    timeout: 120_000,
  }, async (test) => {
    const rig = await Rig.start({ keepers: 1 });
    await rig.succeed('put', clip);
    const { upload, keeper, staged } = await pausedUpload(rig);
    const fault = await StraceFault.attach(test, rig.server(keeper).pid, {
      call: 'fsync',
      injection: 'error=EIO:when=1',
      path: staged,
      logFile: rig.path('calls'),
    });
    upload.resume();

    const run = await upload.ended;
    const next = await rig.client('--timeout', '2s', 'put', clip, '--as', 'next.mp4');
    await rig.succeed('get', 'clip.mp4', '-o', rig.path('back.mp4'));
    const disk = await rig.diskOf(keeper);
    await fault.detach();
    await rig.kill(keeper);
    await rig.startKeeper(keeper);

    expect([run.code, next.code]).toEqual([5, 5]);
    expect(await fault.calls()).toEqual([expect.stringMatching(/fsync\(.*EIO.*INJECTED/)]);
    expect(disk).toBe('suspect');
    expect(await readFile(rig.path(`${keeper}.log`), 'utf8')).toContain('the disk is suspect');
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(clip));
    expect(await rig.succeed('ls')).toBe('clip.mp4\n');
    expect(await rig.diskOf(keeper)).toBe('sound');
    await rig.succeed('put', clip, '--as', 'next.mp4');
    expect(await rig.staged()).toEqual([]);
  });

  it('S8: sends the upload to another keeper', { timeout: 120_000 }, async (test) => {
    const rig = await Rig.start({ keepers: 4 });
    const { upload, keeper, staged, film } = await pausedUpload(rig);
    const fault = await StraceFault.attach(test, rig.server(keeper).pid, {
      call: 'fsync',
      injection: 'error=EIO:when=1',
      path: staged,
      logFile: rig.path('calls'),
    });
    upload.resume();

    const run = await upload.ended;
    await rig.healthy();
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

    expect([run.code, (await fault.calls()).length]).toEqual([0, 1]);
    const { replicas } = await rig.stat('film.mp4');
    expect(replicas.map((replica) => replica.keeper).sort()).toEqual(
      rig.keeperNames.filter((name) => name !== keeper),
    );
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect(await rig.diskOf(keeper)).toBe('suspect');
  });
});

describe('a replica that cannot be read', () => {
  it('S29: is fetched elsewhere, and is unknown, not gone', {
    timeout: 120_000,
  }, async (test) => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(60));
    await rig.succeed('put', film);
    await rig.healthy();
    const [sick] = (await rig.stat('film.mp4')).replicas;
    if (sick === undefined) throw new Error('there is a first replica');
    const fault = await StraceFault.attach(test, rig.server(sick.keeper).pid, {
      call: 'pread64',
      injection: 'error=EIO',
      path: rig.replicaFile(sick),
      logFile: rig.path('calls'),
    });

    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));
    const looked = await rig.client('verify', 'film.mp4');
    const meanwhile = await rig.stat('film.mp4');
    await fault.detach();
    const again = await rig.client('verify', 'film.mp4');

    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect((await fault.calls()).length).toBeGreaterThan(1);
    expect(looked.stdout).toContain('EIO');
    expect(meanwhile.replicas.map(({ keeper, state }) => [keeper, state])).toContainEqual([
      sick.keeper,
      'live',
    ]);
    expect(again.code).toBe(0);
    expect(await rig.diskOf(sick.keeper)).toBe('suspect');
  });
});

describe('a disk of which one directory cannot be read when its keeper starts', () => {
  it('L1, S29: is stood in for, and what it has is not gone', {
    timeout: 180_000,
  }, async ({ skip }) => {
    skipWithout(straceIsMissing(), skip);
    let through: readonly string[] = [];
    const launch = (name: string) => (name === 'k1' ? { through } : {});
    const rig = await Rig.start({ keepers: 3, launch });
    await rig.succeed('put', clip);
    await rig.healthy();
    const { fileId } = await rig.stat('clip.mp4');
    const holders = async () => {
      const { replicas } = await rig.stat('clip.mp4');
      return replicas.map(({ keeper, state }) => `${keeper} ${state}`).sort();
    };
    await rig.kill('k1');
    const bucket = rig.data('k1', 'objects', fileId.slice(0, 2));
    through = failingThrough('getdents64', bucket, rig.path('calls'));
    await rig.startKeeper('k1');

    await rig.startKeeper('k4');
    await rig.until('another holds it', async () => (await holders()).includes('k4 live'));
    const meanwhile = await holders();
    const { belowTarget } = await rig.status();
    await rig.kill('k1');
    through = [];
    await rig.startKeeper('k1');
    await rig.until('three hold it', async () => (await holders()).length === 3);
    await rig.healthy();

    expect(await readFile(rig.path('calls'), 'utf8')).toMatch(/EIO.*INJECTED/);
    expect(meanwhile).toEqual(['k1 unverified', 'k2 live', 'k3 live', 'k4 live']);
    expect(belowTarget).toBe(0);
    expect(await rig.client('verify', 'clip.mp4')).toMatchObject({ code: 0 });
  });
});

describe('a disk that turns read-only', () => {
  it('S29, S38: gives what it has, takes nothing new, and confirms no deletion before it was done', {
    timeout: 120_000,
  }, async (test) => {
    const disk = (await disksFor(test, 'ext4', ['k1'])).get('k1');
    if (disk === undefined) throw new Error('there is a disk');
    const rig = await Rig.start({ keepers: 1, dataDirs: new Map([['k1', disk.path]]) });
    await rig.succeed('put', clip, '--as', 'kept.mp4');
    await rig.succeed('put', clip, '--as', 'removed.mp4');
    const removed = rig.data('k1', `objects/${(await rig.stat('removed.mp4')).fileId.slice(0, 2)}`);
    await disk.turnReadOnly();

    await rig.succeed('rm', 'removed.mp4');
    await rig.until('it is known', async () => (await rig.diskOf('k1')) === 'suspect');
    const run = await rig.client('--timeout', '2s', 'put', clip, '--as', 'new.mp4');
    await rig.succeed('get', 'kept.mp4', '-o', rig.path('back.mp4'));
    const due = (await rig.status())['deletionsDue'];
    const left = (await readdir(removed)).length;
    await rig.kill('k1');
    await disk.unmount();
    await disk.mount();
    await rig.startKeeper('k1');
    await rig.until('it is deleted', async () => (await rig.status())['deletionsDue'] === 0);

    expect([run.code, due, left]).toEqual([5, 1, 2]);
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(clip));
    expect(await readdir(removed)).toEqual([]);
    expect(await rig.diskOf('k1')).toBe('sound');
  });
});

/** A program started through it gets EIO for each such call on the path; its pid is its own. */
const failingThrough = (call: string, path: string, logFile: string): readonly string[] => [
  'strace',
  ...['-D', '-f', '-qq', '-o', logFile, '-e', `trace=${call}`, '-P', path],
  ...['-e', `inject=${call}:error=EIO`],
];

/** An upload of which some keeper has had some bytes, and whose client waits. */
async function pausedUpload(rig: Rig): Promise<{
  readonly upload: ClientInBackground;
  readonly film: string;
  readonly keeper: string;
  /** Where its bytes are. */
  readonly staged: string;
}> {
  const film = await makeFilm(rig.path('film.mp4'), mebibytes(400));
  const upload = rig.startClient('--timeout', '8s', 'put', film);
  await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
  upload.pause();
  for (const keeper of rig.keeperNames)
    for (const name of await readdir(rig.data(keeper, 'staging')))
      return { upload, film, keeper, staged: rig.data(keeper, 'staging', name) };
  throw new Error('nobody has it');
}
