/** A film on two honest keepers, and a third keeper, which lies. */
import { expect } from 'vitest';
import { clip, type FileJson, type Rig, sha256 } from '../rig.js';
import { filesOnDisks } from '../sound-cluster.js';
import { type Authority, liar } from './certified-cluster.js';
import { LyingKeeper } from './lying-keeper.js';

/** A film on each of two honest keepers, and a keeper that lies, which takes no uploads yet. */
export async function startWithFilm(authority: Authority) {
  const rig = await authority.start({ keepers: 2 });
  await rig.succeed('put', clip, '--as', 'film.mp4', '--target', '2', '--acks', '2');
  const file = await rig.stat('film.mp4');
  const disks = await filesOnDisks(rig);
  const credentials = authority.credentials('keeper', liar);
  const keeper = await LyingKeeper.join({ master: rig.masterAddress, credentials });
  await rig.until('it is there', async () => (await rig.keeperStates())[liar] === 'alive');
  const { fileId, size, digest } = file;
  return { rig, keeper, file, replica: { fileId, size, digest }, disks };
}

/** On the honest keepers' disks, in the table and for whoever reads, when all that was ordered is done. */
export async function expectUntouched(
  rig: Rig,
  file: FileJson,
  disks: readonly string[],
): Promise<void> {
  await rig.succeed('put', clip, '--as', 'last.mp4', '--target', '2', '--acks', '2');
  const { fileId } = await rig.stat('last.mp4');
  await rig.succeed('rm', 'last.mp4');
  await rig.until('the last deletion is done', async () =>
    (await filesOnDisks(rig)).every((path) => !path.includes(fileId)),
  );
  expect(new Set(await filesOnDisks(rig))).toEqual(new Set(disks));
  const { replicas } = await rig.stat(file.name);
  const honest = replicas.filter(({ keeper }) => keeper !== liar);
  expect(honest.map(({ state }) => state)).toEqual(['live', 'live']);
  expect(await rig.succeed('ls')).toBe(`${file.name}\n`);
  await expectReadable(rig, file.name);
}

export async function expectReadable(rig: Rig, name: string): Promise<void> {
  const to = rig.path('readable.mp4');
  await rig.succeed('get', name, '-o', to, '--replace');
  expect(await sha256(to)).toBe(await sha256(clip));
}
