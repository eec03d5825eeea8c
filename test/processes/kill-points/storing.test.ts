import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Line } from '../net/line.js';
import { makeFilm, mebibytes, Rig, sha256 } from '../rig.js';
import { expectSound } from '../sound-cluster.js';
import { skipWithout, tell } from '../tell.js';
import { armFatalCall, straceIsMissing } from './fatal-call.js';
import { type Place, storingPoints } from './points.js';

const filmBytes = mebibytes(9);
/** Of a film, on a line that is to be held while it is under way. */
const heldBytes = mebibytes(5);

describe('a keeper that is killed while it stores a replica', () => {
  it('S1, S9: has it durable or not at all, at each point of an upload', {
    timeout: 300_000,
  }, async ({ skip }) => {
    skipWithout(straceIsMissing(), skip);
    const { rig, lines } = await startBehindLines(3);
    const films = new Map<string, string>();

    for (const [index, point] of storingPoints.entries()) {
      const name = `upload-${index}.mp4`;
      const film = await makeFilm(rig.path(name), filmBytes, index);
      for (const line of lines.values()) line.set('up', { bytes: heldBytes });
      const put = rig.startClient('put', film);
      const { victim, places } = await stagedSomewhere(rig, rig.keeperNames);
      const log = rig.path(`${name}.strace`);
      const { hit } = await armFatalCall(
        rig.server(victim).pid,
        { ...point, path: places[point.at] },
        log,
      );
      for (const line of lines.values()) line.mend();
      const call = await hit;
      await rig.kill(victim);
      await rig.startKeeper(victim);
      const { code, stderr } = await put.ended;
      // Else the copies that follow are taken for the next upload.
      await rig.healthy();

      expect([point.name, code, stderr]).toEqual([point.name, 0, expect.anything()]);
      films.set(name, await sha256(film));
      tell(`upload, ${point.name}: killed at ${call}, put exits ${code}`);
    }

    await expectSound(rig, films);
  });

  it('S6, S9: has it durable or not at all, at each point of a copy', {
    timeout: 300_000,
  }, async ({ skip }) => {
    skipWithout(straceIsMissing(), skip);
    const { rig, lines } = await startBehindLines(2);
    const films = new Map<string, string>();

    for (const [index, point] of storingPoints.entries()) {
      const name = `copy-${index}.mp4`;
      const film = await makeFilm(rig.path(name), filmBytes, index);
      // Whoever has the first replica gives only so much of it to the other keeper.
      for (const line of lines.values()) line.set('down', { bytes: heldBytes });
      await rig.succeed('put', film, '--target', '2');
      const { victim, places } = await stagedSomewhere(rig, rig.keeperNames);
      const log = rig.path(`${name}.strace`);
      const { hit } = await armFatalCall(
        rig.server(victim).pid,
        { ...point, path: places[point.at] },
        log,
      );
      for (const line of lines.values()) line.mend();
      const call = await hit;
      await rig.kill(victim);
      await rig.startKeeper(victim);
      await rig.healthy();

      films.set(name, await sha256(film));
      tell(`copy, ${point.name}: killed at ${call}`);
    }

    await expectSound(rig, films);
  });
});

/** Every keeper is reached, by clients and by other keepers, over a line of its own. */
async function startBehindLines(keepers: number) {
  const names = Array.from({ length: keepers }, (_, index) => `k${index + 1}`);
  const lines = new Map<string, Line>();
  for (const name of names) lines.set(name, await Line.open());
  const rig = await Rig.start({
    keepers,
    launch: (name) => ({
      args: name === 'master' ? [] : ['--advertise', lines.get(name)?.address ?? ''],
    }),
  });
  for (const [name, line] of lines) line.leadTo(rig.server(name).ready.port);
  return { rig, lines };
}

/** Waits for a replica under way on one of these keepers; where its files are and will be. */
async function stagedSomewhere(rig: Rig, keepers: readonly string[]) {
  let found: { readonly victim: string; readonly staged: string } | undefined;
  await rig.until('a replica is under way', async () => {
    for (const victim of keepers) {
      const [staged] = await readdir(rig.path(victim, 'staging'));
      if (staged !== undefined) found = { victim, staged };
    }
    return found !== undefined;
  });
  const { victim = '', staged = '' } = found ?? {};
  const fileId = staged.split('.')[0] ?? '';
  const bucket = rig.path(victim, 'objects', fileId.slice(0, 2));
  const places = {
    'staged data': rig.path(victim, 'staging', staged),
    'staged manifest': rig.path(victim, 'staging', `${staged}.manifest`),
    data: `${bucket}/${fileId}.mp4`,
    manifest: `${bucket}/${fileId}.manifest`,
    bucket,
    objects: rig.path(victim, 'objects'),
  } as Readonly<Record<Place, string>>;
  return { victim, places };
}
