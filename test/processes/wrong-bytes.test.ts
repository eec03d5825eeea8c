import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { digest } from '../../src/domain/ids.js';
import { decodeManifest, encodeManifest } from '../../src/domain/manifest.js';
import { blake3 } from '../../src/storage/blake3.js';
import { flipByte, makeFilm, mebibytes, type ReplicaJson, Rig, sha256 } from './rig.js';
import { tell } from './tell.js';

const cutLengths = [0, 1, 7, 31, 63];
const downloadsPerLength = 12;
const atATime = 4;

describe('wrong bytes on the disks', () => {
  it('S3, S5, L9: one flipped byte and one manifest that was cut spoil no download, and are healed', {
    timeout: 240_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    const sum = await sha256(film);
    await rig.succeed('put', film);
    await rig.healthy();
    let right = 0;

    for (const length of cutLengths) {
      const [flipped, cut] = (await rig.stat('film.mp4')).replicas;
      if (flipped === undefined || cut === undefined) throw new Error('there are two replicas');
      await flipByte(rig.replicaFile(flipped), mebibytes(5) + length);
      await truncate(manifestFile(rig, cut), length);
      for (let done = 0; done < downloadsPerLength; done += atATime)
        right += await fetchSeveral(rig, `${length}-${done}`, sum);
      await rig.until('every replica is found sound', () => isSoundEverywhere(rig, sum));
    }

    expect(right).toBe(cutLengths.length * downloadsPerLength);
    tell(
      `${right} of ${cutLengths.length * downloadsPerLength} downloads right, all replicas healed`,
    );
  });

  it.each(['a manifest that fits them', 'the right manifest'] as const)(
    'S4, S6: a majority of them, with %s, is neither served nor copied, and is healed',
    { timeout: 180_000 },
    async (beside) => {
      const rig = await Rig.start({
        keepers: 4,
        masterArgs: ['--suspect-after', '1s', '--lost-after', '3s'],
      });
      const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
      const sum = await sha256(film);
      await rig.kill('k4');
      await rig.succeed('put', film, '--acks', '3');
      await rig.healthy();
      const { replicas } = await rig.stat('film.mp4');
      const [good, ...others] = replicas;
      if (good === undefined) throw new Error('there is a first replica');
      const wrong = Buffer.from(await readFile(film)).fill(7, mebibytes(4) + 100, mebibytes(8));
      await rig.kill(good.keeper);
      for (const other of others) await spoil(rig, other, wrong, beside);

      await rig.startKeeper('k4');
      const exits = [];
      for (let index = 0; index < 4; index += 1) {
        const to = rig.path(`meanwhile-${index}.mp4`);
        const { code } = await rig.client('--timeout', '5s', 'get', 'film.mp4', '-o', to);
        if (code === 0) expect(await sha256(to)).toBe(sum);
        exits.push(code);
      }
      expect(await readdir(rig.path('k4', 'objects'), { recursive: true })).not.toContainEqual(
        expect.stringMatching(/mp4$/),
      );
      await rig.startKeeper(good.keeper);
      await rig.until('every replica is found sound', () => isSoundEverywhere(rig, sum));
      await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

      expect(await sha256(rig.path('back.mp4'))).toBe(sum);
      tell(`two of three wrong, with ${beside}: get exits ${exits.join(', ')} meanwhile; healed`);
    },
  );
});

const manifestFile = (rig: Rig, replica: ReplicaJson): string =>
  rig.replicaFile(replica).replace(/mp4$/, 'manifest');

/** How many of several downloads at the same time gave the right bytes. */
async function fetchSeveral(rig: Rig, mark: string, sum: string): Promise<number> {
  const targets = Array.from({ length: atATime }, (_, index) => rig.path(`${mark}-${index}.mp4`));
  await Promise.all(targets.map((target) => rig.succeed('get', 'film.mp4', '-o', target)));
  const sums = await Promise.all(targets.map((target) => sha256(target)));
  return sums.filter((found) => found === sum).length;
}

/** Three live replicas, each of which its keeper has just read again, and which are right on the disk. */
async function isSoundEverywhere(rig: Rig, sum: string): Promise<boolean> {
  if ((await rig.client('verify', 'film.mp4')).code !== 0) return false;
  const { replicas } = await rig.stat('film.mp4');
  if (replicas.length !== 3 || replicas.some(({ state }) => state !== 'live')) return false;
  const sums = await Promise.all(replicas.map((replica) => sha256(rig.replicaFile(replica))));
  return sums.every((found) => found === sum);
}

async function spoil(
  rig: Rig,
  replica: ReplicaJson,
  wrong: Uint8Array,
  beside: 'a manifest that fits them' | 'the right manifest',
): Promise<void> {
  await writeFile(rig.replicaFile(replica), wrong);
  if (beside === 'the right manifest') return;
  const path = manifestFile(rig, replica);
  const decoded = decodeManifest(await readFile(path), blake3);
  if (!decoded.ok) throw new Error(decoded.reason);
  const digests = [];
  for (let at = 0; at < wrong.length; at += chunkBytes)
    digests.push(blake3(wrong.subarray(at, at + chunkBytes)));
  const chunkDigests = Buffer.concat(digests);
  const fitting = digest(Buffer.from(blake3(chunkDigests)).toString('hex'));
  await writeFile(
    path,
    encodeManifest({ ...decoded.manifest, digest: fitting, chunkDigests }, blake3),
  );
}
