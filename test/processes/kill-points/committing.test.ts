import { describe, expect, it } from 'vitest';
import { Line } from '../net/line.js';
import { makeFilm, mebibytes, Rig, sha256 } from '../rig.js';
import { expectSound } from '../sound-cluster.js';
import { skipWithout, tell } from '../tell.js';
import { armFatalCall, straceIsMissing } from './fatal-call.js';
import { commitPoints } from './points.js';

const filmBytes = mebibytes(5);

describe('a master that is killed at a commit of its table', () => {
  it('S10, S17: reserves a name wholly or not at all, and the upload that asked for it goes on', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const rig = await startOne(skip);
    const films = new Map<string, string>();

    for (const [index, point] of commitPoints.entries()) {
      const name = `reserve-${index}.mp4`;
      const film = await makeFilm(rig.path(name), filmBytes, index);
      const fatal = { ...point, path: rig.path('master', 'table.mdb') };
      const { hit } = await armFatalCall(rig.server('master').pid, fatal, rig.path(`${name}.log`));
      const put = rig.startClient('put', film);
      const call = await restartedAfter(rig, hit);
      const { code, stderr } = await put.ended;

      expect([point.name, code, stderr]).toEqual([point.name, 0, expect.anything()]);
      films.set(name, await sha256(film));
      tell(`reserve, ${point.name}: killed at ${call}, put exits ${code}`);
    }

    await expectSound(rig, films);
  });

  it('S1, S10: has a stored file wholly or not at all, and loses none that was acknowledged', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const line = await Line.open();
    const rig = await startOne(skip, ['--advertise', line.address]);
    line.leadTo(rig.server('k1').ready.port);
    const films = new Map<string, string>();

    for (const [index, point] of commitPoints.entries()) {
      const name = `store-${index}.mp4`;
      const film = await makeFilm(rig.path(name), filmBytes, index);
      line.set('up', { bytes: mebibytes(2) });
      const put = rig.startClient('put', film);
      await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
      const fatal = { ...point, path: rig.path('master', 'table.mdb') };
      const { hit } = await armFatalCall(rig.server('master').pid, fatal, rig.path(`${name}.log`));
      line.mend();
      const call = await restartedAfter(rig, hit);
      const { code, stderr } = await put.ended;

      expect([point.name, code, stderr]).toEqual([point.name, 0, expect.anything()]);
      films.set(name, await sha256(film));
      tell(`store, ${point.name}: killed at ${call}, put exits ${code}`);
    }

    await expectSound(rig, films);
  });

  it('S10, S35: removes a file wholly or not at all, and for good when it has said so', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const rig = await startOne(skip);
    const films = new Map<string, string>();

    for (const [index, point] of commitPoints.entries()) {
      const name = `remove-${index}.mp4`;
      const film = await makeFilm(rig.path(name), filmBytes, index);
      await rig.succeed('put', film);
      const fatal = { ...point, path: rig.path('master', 'table.mdb') };
      const { hit } = await armFatalCall(rig.server('master').pid, fatal, rig.path(`${name}.log`));
      const rm = rig.startClient('rm', name);
      const call = await restartedAfter(rig, hit);
      const { code } = await rm.ended;
      await rig.healthy();
      const isThere = (await rig.client('stat', name)).code === 0;

      expect([point.name, code === 0 && isThere]).toEqual([point.name, false]);
      expect([point.name, code]).toEqual([point.name, expect.toSatisfy(isDoneOrUnknown)]);
      if (isThere) films.set(name, await sha256(film));
      tell(
        `remove, ${point.name}: killed at ${call}, rm exits ${code}, ${isThere ? 'there' : 'gone'}`,
      );
    }

    await expectSound(rig, films);
  });
});

/** 5: try again. */
const isDoneOrUnknown = (code: number): boolean => code === 0 || code === 5 || code === 1;

async function startOne(skip: (why: string) => void, keeperArgs: readonly string[] = []) {
  skipWithout(straceIsMissing(), skip);
  return await Rig.start({ keepers: 1, masterArgs: ['--replicas', '1'], keeperArgs });
}

async function restartedAfter(rig: Rig, hit: Promise<string>): Promise<string> {
  const call = await hit;
  await rig.kill('master');
  await rig.startMaster();
  return call;
}
