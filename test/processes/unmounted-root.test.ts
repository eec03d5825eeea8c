import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { disksFor, type LoopDisk } from './disks/loop-disk.js';
import { type FileJson, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

describe('a keeper whose disk is unmounted while it runs', () => {
  it('S29, L1: falls silent, is stood in for, and has everything when the disk is back', {
    timeout: 120_000,
  }, async (test) => {
    const { rig, disk } = await startOnDisk(test, 4);
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', film, '--target', '4');
    await rig.healthy();
    await rig.succeed('put', film, '--as', 'other.mp4', '--target', '3');

    await disk.unmountLazily();
    await rig.until('it is lost', async () => (await rig.keeperStates())['k1'] === 'lost');
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));
    await rig.until('others hold it', async () => liveOf(await rig.stat('other.mp4')).length === 3);
    const left = await readdir(disk.path);
    await disk.mount();
    await rig.until('it is back', async () => liveOf(await rig.stat('film.mp4')).length === 4);

    expect(left).toEqual([]);
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    const verified = await rig.client('verify', 'film.mp4');
    expect([verified.code, await rig.keeperStates()]).toMatchObject([0, { k1: 'alive' }]);
  });
});

describe('a keeper that is started on the empty place of its disk', () => {
  it('S29, S41: is another one, and concludes nothing of what the first one has', {
    timeout: 120_000,
  }, async (test) => {
    const { rig, disk } = await startOnDisk(test, 1);
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', film, '--target', '1');
    await disk.unmountLazily();
    await rig.until('it is lost', async () => (await rig.keeperStates())['k1'] === 'lost');

    await rig.startKeeper('k9', ['--data', disk.path]);
    const meanwhile = await rig.client('fsck');
    const { replicas } = await rig.stat('film.mp4');
    await rig.kill('k9');
    await disk.mount();
    await rig.until('it is back', async () => liveOf(await rig.stat('film.mp4')).length === 1);
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

    expect(meanwhile).toMatchObject({ code: 7, stdout: expect.stringContaining('lost on k1') });
    expect(replicas.map(({ keeper, state }) => [keeper, state])).toEqual([['k1', 'lost']]);
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
  });

  it('L7: under the same name counts as a wiped one, until the disk is back', {
    timeout: 120_000,
  }, async (test) => {
    const { rig, disk } = await startOnDisk(test, 1);
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', film, '--target', '1');
    await rig.kill('k1');
    await disk.unmount();

    await rig.startKeeper('k1');
    const meanwhile = await rig.client('fsck');
    await rig.kill('k1');
    await disk.mount();
    await rig.startKeeper('k1');
    await rig.healthy();
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

    expect(meanwhile).toMatchObject({ code: 7, stdout: expect.stringContaining('missing') });
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
  });
});

/** The first keeper has a disk of its own. */
async function startOnDisk(
  test: Parameters<typeof disksFor>[0],
  keepers: number,
): Promise<{ readonly rig: Rig; readonly disk: LoopDisk }> {
  const disk = (await disksFor(test, 'ext4', ['k1'])).get('k1');
  if (disk === undefined) throw new Error('there is a disk');
  return { rig: await Rig.start({ keepers, dataDirs: new Map([['k1', disk.path]]) }), disk };
}

const liveOf = (file: FileJson): readonly string[] =>
  file.replicas.filter(({ state }) => state === 'live').map(({ keeper }) => keeper);
