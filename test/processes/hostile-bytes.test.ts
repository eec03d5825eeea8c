import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadId, wallMs } from '../../src/domain/ids.js';
import { decodeManifest, encodeManifest } from '../../src/domain/manifest.js';
import { blake3 } from '../../src/storage/blake3.js';
import { type Authority, liar, makeAuthority } from './hostile/certified-cluster.js';
import { listenDripping, silence, waysToLie } from './hostile/lies.js';
import { LyingKeeper } from './hostile/lying-keeper.js';
import { countInLog } from './master-log.js';
import { type FileJson, makeFilm, mebibytes, type Rig, sha256 } from './rig.js';
import { filesOnDisks } from './sound-cluster.js';

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
afterAll(() => authority.end());

describe('wrong bytes of a keeper that lies', { timeout: 120_000 }, () => {
  it('S3, S4, S14: reach no client, whatever it sends and whatever it says of itself', async () => {
    const { rig, sum, file, manifest } = await startWithFilm(2);
    const keeper = await joinAsHolder(rig, file);
    const disks = await filesOnDisks(rig);
    const older = rig.path('older.mp4');
    await writeFile(older, 'older');
    const ways = Object.entries(waysToLie(manifest));

    for (const [way, lies] of ways) {
      keeper.lies = lies;
      keeper.commands.length = 0;
      const to = rig.path(`${way}.mp4`);
      // Whoever was sent them tells; where the others were faster nobody has looked at them.
      await rig.until('the master has it look', async () => {
        await rig.succeed('get', 'film.mp4', '-o', to, '--replace');
        expect([way, await sha256(to)]).toEqual([way, sum]);
        return keeper.commands.some(({ $case }) => $case === 'verify');
      });
    }
    expect(new Set(await filesOnDisks(rig))).toEqual(new Set(disks));
    for (const name of ['k1', 'k2']) await rig.kill(name);
    await rig.until('only the liar is left', async () => {
      const { k1, k2 } = await rig.keeperStates();
      return k1 === 'lost' && k2 === 'lost';
    });
    for (const [way, lies] of ways.filter(([name]) => name.endsWith('other bytes'))) {
      keeper.lies = lies;
      const to = ['-o', older, '--replace'];
      const { code } = await rig.client('--timeout', '3s', 'get', 'film.mp4', ...to);
      expect([way, code, await readFile(older, 'utf8')]).toEqual([way, 7, 'older']);
    }
  });

  it('S6: are not copied; the copy comes from another source, or not at all', async () => {
    const { rig, sum, file, manifest } = await startWithFilm(1);
    const keeper = await joinAsHolder(rig, file);
    let asked = 0;
    const lies = waysToLie(manifest)['other bytes'] ?? {};
    keeper.lies = {
      ...lies,
      get: async (request) => {
        asked += 1;
        return await (lies.get ?? never)(request);
      },
    };

    await rig.kill('k1');
    await rig.until(
      'only the liar is left',
      async () => (await rig.keeperStates())['k1'] === 'lost',
    );
    await rig.startKeeper('k2');
    await keeper.ordered('verify', file.fileId);
    const nothing = await readdir(rig.data('k2', 'objects'), { recursive: true });
    const before = asked;
    await rig.startKeeper('k1');
    await rig.until('there is a copy', async () =>
      (await rig.stat('film.mp4')).replicas.some(
        ({ keeper: holder, state }) => holder === 'k2' && state === 'live',
      ),
    );

    expect(nothing.filter((name) => name.endsWith('.mp4'))).toEqual([]);
    expect(before).toBeGreaterThan(0);
    expect(asked).toBeGreaterThan(before);
    expect(await soundOn(rig, file, ['k1', 'k2'], sum)).toEqual(['k1', 'k2']);
  });
});

describe('what a manifest says besides the bytes', { timeout: 120_000 }, () => {
  it('S4: does not travel with a copy when it is not what the master says', async () => {
    const { rig, file } = await startWithFilm(1, ['--target', '2']);
    const [replica] = file.replicas;
    if (replica === undefined) throw new Error('there is a replica');
    const manifestOn = (keeper: string) =>
      rig.data(keeper, replica.path.replace(/mp4$/, 'manifest'));
    const written = decodeManifest(await readFile(manifestOn('k1')), blake3);
    if (!written.ok) throw new Error(written.reason);
    const { manifest } = written;
    const other = { name: 'other.mp4', target: 9, createdAt: wallMs(1) };
    const forged = { ...manifest, ...other, uploadId: uploadId('f'.repeat(32)) };
    await writeFile(manifestOn('k1'), encodeManifest(forged, blake3));
    await rig.succeed('mv', 'film.mp4', 'renamed.mp4');

    await rig.startKeeper('k2');
    await rig.until('there is a copy', async () =>
      (await rig.stat('renamed.mp4')).replicas.some(({ keeper }) => keeper === 'k2'),
    );

    expect(decodeManifest(await readFile(manifestOn('k2')), blake3)).toEqual(written);
  });
});

describe('a keeper that answers nothing, or next to nothing', { timeout: 120_000 }, () => {
  it.each([
    ['says nothing', async () => undefined],
    ['greets with a byte every second', () => listenDripping(1_000)],
  ])('L3, S48: holds up no get and no put: it %s', async (_, listen) => {
    const { rig, sum, file } = await startWithFilm(2);
    const keeper = await joinAsHolder(rig, file, await listen());
    keeper.lies = silence;
    // The system takes up to 36 MiB for one that does not read.
    const large = await makeFilm(rig.path('large.mp4'), mebibytes(64), 1);

    const begunMs = performance.now();
    await rig.succeed('--timeout', '10s', 'get', 'film.mp4', '-o', rig.path('back.mp4'));
    const gotMs = performance.now() - begunMs;
    keeper.obey = async () => undefined;
    const putting = await rig.client('--timeout', '2s', 'put', large, '--target', '1');

    expect(gotMs).toBeLessThan(9_000);
    expect(await sha256(rig.path('back.mp4'))).toBe(sum);
    expect([putting.code, putting.stderr]).toEqual([0, expect.any(String)]);
    const [replica] = (await rig.stat('large.mp4')).replicas;
    expect(replica?.keeper).toMatch(/^k/);
    await rig.succeed('get', 'large.mp4', '-o', rig.path('large-back.mp4'));
    expect(await sha256(rig.path('large-back.mp4'))).toBe(await sha256(large));
  });
});

describe('a keeper that claims to hold a sound replica', { timeout: 120_000 }, () => {
  it.each(['1', '2'])(
    'S27: costs a file of target %s no honest replica, whatever it says when it is asked',
    async (target) => {
      const { rig, sum, file } = await startWithFilm(Number(target), ['--target', target]);
      const honest = Array.from({ length: Number(target) }, (_, at) => `k${at + 1}`);
      const { fileId, size, digest } = file;
      const keeper = await join(rig);
      const words = {
        'a proof that it made up': (challenge: string) => ({ challenge, proof: 'f'.repeat(64) }),
        'the digest of the file': (challenge: string) => ({ challenge, proof: digest }),
        'no proof': (challenge: string) => ({ challenge }),
      };

      for (const [word, answer] of Object.entries(words)) {
        keeper.commands.length = 0;
        keeper.obey = async ({ $case, value }) => {
          if ($case === 'verify')
            await keeper.reportVerified(fileId, 'SOUND', answer(value.challenge));
        };
        const refused = await countInLog(rig, 'drop not carried out');
        await keeper.reportStored({ fileId, size, digest });
        await keeper.ordered('verify', fileId);
        await rig.until(
          `no drop rests on ${word}`,
          async () => (await countInLog(rig, 'drop not carried out')) > refused,
        );
        await keeper.reportVerified(fileId, 'ABSENT');
      }

      expect(await soundOn(rig, file, honest, sum)).toEqual(honest);
      expect(keeper.commands.map(({ $case }) => $case)).not.toContain('drop');
    },
  );
});

async function startWithFilm(keepers: number, flags: readonly string[] = []) {
  const rig = await authority.start({
    keepers,
    masterArgs: ['--suspect-after', '1s', '--lost-after', '3s'],
  });
  const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
  await rig.succeed('put', film, ...flags, '--acks', String(keepers));
  const file = await rig.stat('film.mp4');
  const [replica] = file.replicas;
  if (replica === undefined) throw new Error('there is a replica');
  const manifest = await readFile(rig.replicaFile(replica).replace(/mp4$/, 'manifest'));
  return { rig, file, manifest, sum: await sha256(film) };
}

const join = (rig: Rig, advertise?: string): Promise<LyingKeeper> =>
  LyingKeeper.join({
    master: rig.masterAddress,
    credentials: authority.credentials('keeper', liar),
    ...(advertise !== undefined && { advertise }),
  });

/** It is ordered to make a copy, says that it has made it, and is believed. */
async function joinAsHolder(rig: Rig, file: FileJson, advertise?: string): Promise<LyingKeeper> {
  const keeper = await join(rig, advertise);
  keeper.takesUploads = true;
  await keeper.ordered('copy', file.fileId);
  await rig.until('it is believed', async () =>
    (await rig.stat(file.name)).replicas.some(
      ({ keeper: holder, state }) => holder === liar && state === 'live',
    ),
  );
  return keeper;
}

/** Which of these keepers have the film's bytes on their disks. */
async function soundOn(
  rig: Rig,
  { replicas, fileId }: FileJson,
  names: readonly string[],
  sum: string,
): Promise<readonly string[]> {
  const path = replicas[0]?.path ?? fileId;
  const sums = await Promise.all(names.map((name) => sha256(rig.data(name, path)).catch(absent)));
  return names.filter((_, at) => sums[at] === sum);
}

const absent = () => 'nothing';
const never = () => Promise.reject(new Error('it is asked for nothing'));
