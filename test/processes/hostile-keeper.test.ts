import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toPlainError } from '../../src/domain/errors.js';
import type { InventoryEntry } from '../../src/rpc/generated/reelkeep/v1/keeper.js';
import { type Authority, liar, makeAuthority } from './hostile/certified-cluster.js';
import { expectReadable, expectUntouched, startWithFilm } from './hostile/film-among-liars.js';
import { mebibytes } from './rig.js';
import { filesOnDisks } from './sound-cluster.js';

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
afterAll(() => authority.end());

describe('a keeper that lies', { timeout: 120_000 }, () => {
  it('speaks for no other keeper, nor for one that cannot be', async () => {
    const { rig, keeper, file, replica, disks } = await startWithFilm(authority);
    const as = (keeperId: string) => keeper.stamp({ keeperId });

    const answers = await Promise.all([
      ...['k1', 'k9', '../../x', ''].map((keeperId) => codeOf(keeper.register({ keeperId }))),
      ...['k1', '../../x'].flatMap((id) => [
        codeOf(keeper.reportStored({ ...replica, stamp: as(id) })),
        codeOf(keeper.reportVerified(file.fileId, 'ABSENT', { stamp: as(id) })),
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
    const { rig, keeper, file, disks } = await startWithFilm(authority);
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
    const { rig, keeper, file, disks } = await startWithFilm(authority);

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
    const { rig, keeper, file, replica, disks } = await startWithFilm(authority);
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
});

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
