import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Credentials } from '../../src/credentials/credential-files.js';
import { toPlainError } from '../../src/domain/errors.js';
import { Mp4Facts_Kind, Mp4Track_Type } from '../../src/rpc/generated/reelkeep/v1/common.js';
import type { InventoryEntry } from '../../src/rpc/generated/reelkeep/v1/keeper.js';
import { MasterConnection } from '../../src/rpc/master-connection.js';
import { type Authority, liar, makeAuthority } from './hostile/certified-cluster.js';
import { begin, forget } from './hostile/lies.js';
import { LyingKeeper } from './hostile/lying-keeper.js';
import { clip, type FileJson, makeFilm, mebibytes, type Rig, sha256 } from './rig.js';
import { filesOnDisks } from './sound-cluster.js';

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
afterAll(() => authority.end());

describe('a keeper that lies', { timeout: 120_000 }, () => {
  it('speaks for no other keeper, nor for one that cannot be', async () => {
    const { rig, keeper, file, replica, disks } = await startWithFilm();
    const as = (keeperId: string) => keeper.stamp({ keeperId });

    const answers = await Promise.all([
      ...['k1', 'k9', '../../x', ''].map((keeperId) => codeOf(keeper.register({ keeperId }))),
      ...['k1', '../../x'].flatMap((id) => [
        codeOf(keeper.reportStored({ ...replica, stamp: as(id) })),
        codeOf(keeper.reportVerified(file.fileId, 'ABSENT', as(id))),
        codeOf(keeper.reportDropped([file.fileId], as(id))),
        codeOf(keeper.reportFailed(file.fileId, 'k2', as(id))),
        codeOf(keeper.listReplicas(as(id))),
        codeOf(keeper.reportInventory([keeper.page([], { stamp: as(id), complete: true })])),
        keeper.sessionBegunWith({ stamp: as(id) }).then(({ code }) => code),
      ]),
      // Its own name on the first page says nothing of the next.
      codeOf(keeper.reportInventory([keeper.page([]), keeper.page([], { stamp: as('k1') })])),
    ]);

    expect(answers).toEqual(answers.map(() => 'not-allowed'));
    expect(await rig.keeperStates()).toMatchObject({ k1: 'alive', k2: 'alive' });
    await expectUntouched(rig, file, disks);
  });

  it('registers under no number and no address that cannot be', async () => {
    const { rig, keeper, file, disks } = await startWithFilm();
    const absurd = 2 ** 53 - 1;

    const answers = await Promise.all([
      codeOf(keeper.register({ incarnation: absurd })),
      codeOf(keeper.register({ highestEpoch: absurd })),
      codeOf(keeper.register({ highestCommit: absurd })),
      codeOf(keeper.register({ startId: 's'.repeat(mebibytes(1)) })),
      ...['x', '../x:1', 'a\u001b[2Jb:1', `${'a'.repeat(1_000)}:1`].map((advertise) =>
        codeOf(keeper.register({ advertise })),
      ),
    ]);

    expect(answers).toEqual(answers.map(() => 'usage'));
    await expectUntouched(rig, file, disks);
  });

  it('S26: that claims to have seen a later table has nothing deleted', async () => {
    const { rig, keeper, file, disks } = await startWithFilm();

    await keeper.register({
      highestEpoch: 99,
      highestCommit: 99_999,
      terms: [{ termId: 'f'.repeat(16), commit: 99_999 }],
    });
    const removal = await rig.client('rm', file.name);

    expect(await rig.status()).toMatchObject({ mode: 'safe mode' });
    expect([removal.code, removal.stderr]).toEqual([5, expect.stringContaining(liar)]);
    expect(await filesOnDisks(rig)).toEqual(disks);
    await expectReadable(rig, file.name);
  });

  it('S26, S28: has nobody’s replica deleted by what it says that it holds', async () => {
    const { rig, keeper, file, replica, disks } = await startWithFilm();
    keeper.obey = async () => undefined;
    const unknown = Array.from({ length: 5_000 }, () => anEntry(randomBytes(16).toString('hex')));

    await keeper.reportInventory([
      keeper.page([], { deletedFileIds: [file.fileId] }),
      keeper.page([anEntry(file.fileId), anEntry(file.fileId, { ...replica, size: 1 })]),
      keeper.page([anEntry(file.fileId, { ...replica, quarantined: true })]),
      keeper.page(unknown),
      keeper.page([], { complete: true }),
    ]);
    const malformed = [
      ...['../../x', 'objects/ab/..', '', 'F'.repeat(32), `${file.fileId}/..`].flatMap((fileId) => [
        keeper.page([anEntry(fileId)], { complete: true }),
        keeper.page([], { deletedFileIds: [fileId], complete: true }),
      ]),
      keeper.page([anEntry(file.fileId, { digest: '../..' })], { complete: true }),
      keeper.page([anEntry(file.fileId, { uploadId: '../..' })], { complete: true }),
    ];
    const answers = await Promise.all(
      malformed.map((page) => codeOf(keeper.reportInventory([page]))),
    );
    const withLies = { fsck: await rig.client('fsck'), status: await rig.status() };
    // A replica that this start of it has told of is not gone because an inventory does not name it.
    await keeper.register({ incarnation: 2, startId: 'the next' });
    await keeper.reportInventory([keeper.page([], { complete: true })]);
    const withNothing = await rig.client('fsck');

    expect(answers).toEqual(answers.map(() => 'usage'));
    expect(withLies.fsck).toMatchObject({ code: 7, stdout: expect.stringContaining(file.name) });
    expect(withLies.status).toMatchObject({ mode: 'serving', deletionsDue: unknown.length });
    expect(await readFile(rig.path('master.log'), 'utf8')).toContain('they are not heeded');
    expect(withNothing).toMatchObject({ code: 0, stdout: '' });
    await expectUntouched(rig, file, disks);
  });

  it('S2, S17: commits no upload that is not its own, and none of another size', async () => {
    const { rig, keeper, file, replica, disks } = await startWithFilm();
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
    const { rig, keeper, file, disks } = await startWithFilm();
    const size = mebibytes(9);
    const film = await makeFilm(rig.path('new.mp4'), size, 1);
    const lie = async ({ fileId, uploadId }: { fileId: string; uploadId: string }) => {
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
      const putting = await rig.client('put', film, ...flags);
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
});

/** A film on each of two honest keepers, and a keeper that lies, which takes no uploads yet. */
async function startWithFilm() {
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

async function takeUploads(rig: Rig, keeper: LyingKeeper): Promise<void> {
  keeper.takesUploads = true;
  await rig.until('it is given uploads', async () => (await rig.diskOf(liar)) === 'sound');
}

/** On the honest keepers' disks, in the table and for whoever reads, when all that was ordered is done. */
async function expectUntouched(rig: Rig, file: FileJson, disks: readonly string[]): Promise<void> {
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

async function expectReadable(rig: Rig, name: string): Promise<void> {
  const to = rig.path('readable.mp4');
  await rig.succeed('get', name, '-o', to, '--replace');
  expect(await sha256(to)).toBe(await sha256(clip));
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

async function codeOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => 'done',
    (error: unknown) => toPlainError(error).code,
  );
}

const anEntry = (fileId: string, lies: Partial<InventoryEntry> = {}): InventoryEntry => {
  const {
    size = 1,
    digest = 'f'.repeat(64),
    uploadId = 'a'.repeat(32),
    quarantined = false,
  } = lies;
  return { fileId, size, digest, uploadId, quarantined, aside: false, facts: undefined };
};

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
