import { describe, expect, it } from 'vitest';
import { makeFilm, mebibytes, Rig, sha256 } from '../rig.js';
import { expectSound, filesOnDisks } from '../sound-cluster.js';
import { skipWithout, tell } from '../tell.js';
import { armFatalCall, straceIsMissing } from './fatal-call.js';
import { deletingPoints, type Place } from './points.js';

describe('a keeper that is killed while it deletes a replica', () => {
  it('S9, S35: has nothing of it in the end, at each point, and nobody sees it again', {
    timeout: 180_000,
  }, async ({ skip }) => {
    skipWithout(straceIsMissing(), skip);
    const rig = await Rig.start({ keepers: 2, masterArgs: ['--replicas', '2'] });
    const kept = await makeFilm(rig.path('kept.mp4'), mebibytes(5));
    await rig.succeed('put', kept);

    for (const [index, point] of deletingPoints.entries()) {
      const name = `gone-${index}.mp4`;
      await rig.succeed('put', await makeFilm(rig.path(name), mebibytes(5), index + 1));
      await rig.healthy();
      const places = await placesOf(rig, name);
      const fatal = { ...point, path: places[point.at] };
      const { hit } = await armFatalCall(rig.server('k2').pid, fatal, rig.path(`${name}.strace`));
      await rig.succeed('rm', name);
      const call = await hit;
      await rig.kill('k2');
      const left = (await filesOnDisks(rig)).filter((path) => path.includes(places.fileId));
      await rig.startKeeper('k2');

      await rig.until('its bytes are off every disk', async () => {
        expect([point.name, (await rig.client('stat', name)).code]).toEqual([point.name, 3]);
        return (await filesOnDisks(rig)).every((path) => !path.includes(places.fileId));
      });
      await rig.until('nothing is due', async () => (await rig.status())['deletionsDue'] === 0);
      const onVictim = left.filter((path) => path.startsWith('k2')).length;
      tell(`delete, ${point.name}: killed at ${call}, ${onVictim} of its 2 files were left`);
    }

    await expectSound(rig, new Map([['kept.mp4', await sha256(kept)]]));
  });
});

/** Where the replica of k2 is. */
async function placesOf(rig: Rig, name: string) {
  const { fileId, replicas } = await rig.stat(name);
  const replica = replicas.find(({ keeper }) => keeper === 'k2');
  if (replica === undefined) throw new Error('k2 has a replica');
  const data = rig.replicaFile(replica);
  const places = {
    data,
    manifest: data.replace(/mp4$/, 'manifest'),
    bucket: rig.path('k2', 'objects', fileId.slice(0, 2)),
  } as Readonly<Record<Place, string>>;
  return { ...places, fileId };
}
