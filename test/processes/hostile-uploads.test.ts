import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Credentials } from '../../src/credentials/credential-files.js';
import { Mp4Facts_Kind, Mp4Track_Type } from '../../src/rpc/generated/reelkeep/v1/common.js';
import { MasterConnection } from '../../src/rpc/master-connection.js';
import { type Authority, liar, makeAuthority } from './hostile/certified-cluster.js';
import { expectUntouched, startWithFilm } from './hostile/film-among-liars.js';
import { begin, forget } from './hostile/lies.js';
import type { LyingKeeper } from './hostile/lying-keeper.js';
import { countInLog } from './master-log.js';
import { type FileJson, makeFilm, mebibytes, type Rig } from './rig.js';
import { filesOnDisks } from './sound-cluster.js';

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
afterAll(() => authority.end());

describe('a keeper that lies about uploads', { timeout: 120_000 }, () => {
  it('S2, S17: commits no upload that is not its own, and none of another size', async () => {
    const { rig, keeper, file, replica, disks } = await startWithFilm(authority);
    const master = await openMaster(rig);
    const wish = { name: 'new.mp4', size: 10, target: 1, acks: 1, excludedKeeperIds: [] };
    const begin = (uploadId: string) =>
      master.beginUpload({ ...wish, uploadId, replace: false, structureProblem: '' });
    const [mine, others] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
    const { fileId, keeper: given } = await begin(others);

    const answers = await Promise.all([
      keeper.reportStored({ uploadId: others, fileId, size: 10 }),
      keeper.reportStored({ uploadId: mine, fileId, size: 10 }),
      keeper.reportStored({ fileId, size: 10 }),
      keeper.reportStored({ fileId: randomBytes(16).toString('hex') }),
      keeper.reportStored({ ...replica, size: replica.size + 1 }),
      keeper.reportStored({ ...replica, digest: 'f'.repeat(64) }),
    ]);
    await master.abandonUpload({ uploadId: others });
    await takeUploads(rig, keeper);
    const own = await begin(mine);
    const stored = { uploadId: mine, fileId: own.fileId };
    const tooLarge = await keeper.reportStored({ ...stored, size: 11 });
    const sized = await keeper.reportStored({ ...stored, size: 10, mp4: endlessFacts });

    expect([given?.keeperId, own.keeper?.keeperId]).toEqual([expect.stringMatching(/^k/), liar]);
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ accepted: false })));
    expect([tooLarge.accepted, sized.accepted]).toEqual([false, true]);
    // What it tells of a film goes into each answer about it.
    expect((await rig.succeed('--json', 'ls')).length).toBeLessThan(100_000);
    await rig.succeed('rm', 'new.mp4');
    await expectUntouched(rig, file, disks);
  });

  it('S2: makes no put succeed by a digest of its own', async () => {
    const { rig, keeper, file, disks } = await startWithFilm(authority);
    const size = mebibytes(9);
    const film = await makeFilm(rig.path('new.mp4'), size, 1);
    const given = new Set<string>();
    const lie = async ({ fileId, uploadId }: { fileId: string; uploadId: string }) => {
      given.add(uploadId);
      await keeper.reportStored({ fileId, uploadId, size, digest: 'f'.repeat(64) });
    };
    const ways = {
      'before a byte has come': begin(lie),
      'when all bytes have come': forget(lie),
      'of which a second keeper is to have a copy': forget(lie),
    };
    await takeUploads(rig, keeper);

    for (const [way, lies] of Object.entries(ways)) {
      keeper.lies = lies;
      const flags = way.includes('second') ? ['--acks', '2'] : [];
      let putting = await rig.client('put', film, ...flags);
      // Whoever beats late is given nothing, and an honest keeper has it then.
      while (given.size === 0) {
        expect(putting.code).toBe(0);
        await rig.succeed('rm', 'new.mp4');
        putting = await rig.client('put', film, ...flags);
      }
      given.clear();
      const to = rig.path('x.mp4');
      const getting = await rig.client('--timeout', '1s', 'get', 'new.mp4', '-o', to);
      expect([way, putting.code, putting.stderr]).toEqual([way, 7, expect.stringContaining(liar)]);
      expect([5, 7]).toContain(getting.code);
      await expect(readFile(to)).rejects.toMatchObject({ code: 'ENOENT' });
      await rig.succeed('rm', 'new.mp4');
    }
    keeper.takesUploads = false;
    await rig.until('it is given no upload', async () => (await rig.diskOf(liar)) === 'suspect');
    await expectUntouched(rig, file, disks);
  });

  it('S27: has no film deleted by saying that it holds the one that replaces it', async () => {
    const { rig, keeper, file, disks } = await startWithFilm(authority);
    const size = mebibytes(9);
    const film = await makeFilm(rig.path('new.mp4'), size, 1);
    const { digest } = JSON.parse(await rig.succeed('--json', 'digest', film)) as FileJson;
    keeper.lies = forget(async ({ fileId, uploadId }) => {
      await keeper.reportStored({ fileId, uploadId, size, digest });
    });
    await takeUploads(rig, keeper);

    await rig.succeed('put', film, '--as', file.name, '--replace', '--target', '2');
    await rig.until(
      'nobody could copy it',
      async () => (await countInLog(rig, 'transfer failed on a keeper')) > 1,
    );

    expect(await rig.status()).toMatchObject({ mode: 'serving', deletionsDue: 2 });
    expect(await filesOnDisks(rig)).toEqual(disks);
    await rig.succeed('rm', file.name);
    await rig.until('it goes when it is removed', async () =>
      (await filesOnDisks(rig)).every((path) => !path.includes(file.fileId)),
    );
  });
});

async function takeUploads(rig: Rig, keeper: LyingKeeper): Promise<void> {
  keeper.takesUploads = true;
  await rig.until('it is given uploads', async () => (await rig.diskOf(liar)) === 'sound');
}

async function openMaster(rig: Rig): Promise<MasterConnection> {
  const own = await Credentials.open({
    directory: authority.credentials('client', 'me'),
    roles: ['client'],
    onNews: () => undefined,
  });
  const master = MasterConnection.open(rig.masterAddress, own);
  onTestFinished(() => {
    master.close();
    own.close();
  });
  return master;
}

const endlessTrack = {
  type: Mp4Track_Type.VIDEO,
  codec: 'x'.repeat(300),
  width: 1,
  height: 1,
} as const;
const endlessFacts = {
  kind: Mp4Facts_Kind.MP4,
  durationMs: 1,
  faststart: true,
  fragmented: false,
  tracks: Array.from({ length: 10_000 }, () => endlessTrack),
  reason: 'y'.repeat(100_000),
} as const;
