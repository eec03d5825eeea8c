import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, ReelkeepError } from '../../../src/domain/errors.js';
import type { UploadId } from '../../../src/domain/ids.js';
import {
  aFileView,
  aSpoolDirectory,
  aWholeUpload,
  aWish,
  breakingAfter,
  bytesOf,
  failing,
  failureOf,
  openSpool,
  partsIn,
} from './a-spool.js';

describe('an upload in the spool', () => {
  it('is put whole from the pieces in which it came', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await spool.create({ ...aWish, life: 'kept', size: 10, target: 2, acks: 1 });

    await upload.append(bytesOf('ab', 'cd'), 0);
    await upload.append(bytesOf('efghij'), 4);
    const puts: unknown[] = [];
    const file = await upload.commit(async ({ path, ...request }) => {
      puts.push({ ...request, bytes: await readFile(path, 'utf8') });
      return aFileView;
    });

    expect(puts).toEqual([
      {
        name: 'films/a.mp4',
        replace: false,
        target: 2,
        acks: 1,
        uploadId: expect.stringMatching(/^[0-9a-f]{32}$/),
        bytes: 'abcdefghij',
      },
    ]);
    expect(file).toBe(aFileView);
    await spool.close();
  });

  it('keeps what came before its connection broke', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await spool.create({ ...aWish, life: 'kept', size: 10 });

    await expect(upload.append(breakingAfter('abc', 'd'), 0)).rejects.toThrow('connection reset');

    expect(upload.offset).toBe(4);
    await spool.close();
  });

  it('takes bytes where the last ones ended, and nowhere else', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await spool.create({ ...aWish, life: 'kept', size: 10 });
    await upload.append(bytesOf('abcd'), 0);

    await expect(upload.append(bytesOf('x'), 3)).rejects.toThrow('takes no bytes there');
    await expect(upload.append(bytesOf('x'), 5)).rejects.toThrow('takes no bytes there');

    expect(upload.offset).toBe(4);
    await spool.close();
  });

  it('takes no more bytes than it was to have', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await spool.create({ ...aWish, life: 'kept', size: 4 });

    const failure = await failureOf(upload.append(bytesOf('abc', 'de'), 0));

    expect(failure).toEqual(['refused-input', 'more bytes came than the upload was to have']);
    expect(upload.offset).toBe(3);
    await spool.close();
  });

  it('says that its last byte is wanted until the cluster has acknowledged it', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await spool.create({ ...aWish, life: 'kept', size: 4 });

    await upload.append(bytesOf('abcd'), 0);
    const before = upload.offset;
    await failureOf(upload.commit(failing('unavailable')));
    const after = upload.offset;
    await upload.append(bytesOf('d'), after);
    await upload.commit(async () => aFileView);

    expect([before, after, upload.offset]).toEqual([3, 3, 4]);
    await spool.close();
  });

  it('is put once, however many ask for it at the same time', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await aWholeUpload(spool);
    let puts = 0;
    const put = async () => {
      puts += 1;
      return aFileView;
    };

    await Promise.all([upload.commit(put), upload.commit(put), upload.commit(put)]);

    expect(puts).toBe(1);
    await spool.close();
  });

  it('S17: is tried again under the same id, unless that was used up', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await aWholeUpload(spool);
    const ids: (UploadId | undefined)[] = [];
    const answers: ErrorCode[] = ['unknown-outcome', 'not-found', 'unavailable'];
    const put = async ({ uploadId }: { uploadId?: UploadId }) => {
      ids.push(uploadId);
      const code = answers.shift();
      if (code !== undefined) throw new ReelkeepError(code, 'for a reason');
      return aFileView;
    };

    const first = await failureOf(upload.commit(put));
    const second = await failureOf(upload.commit(put));
    await upload.commit(put);

    expect([first[0], second[0]]).toEqual(['unknown-outcome', 'unavailable']);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids[3]).toBe(ids[2]);
    await spool.close();
  });

  it('lets go of its bytes when it is stored, and when it is no film', async () => {
    const directory = await aSpoolDirectory();
    const spool = await openSpool(directory);
    const stored = await aWholeUpload(spool);
    const refused = await aWholeUpload(spool);

    await stored.commit(async () => aFileView);
    await failureOf(refused.commit(failing('refused-input')));

    expect(stored.note.outcome).toEqual({ type: 'stored', digest: aFileView.digest });
    expect(refused.note.outcome).toMatchObject({
      type: 'refused',
      error: { code: 'refused-input' },
    });
    expect(await partsIn(directory)).toEqual([]);
    expect(spool.promisedBytes).toBe(0);
    await spool.close();
  });

  it('keeps its bytes when its name is taken', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const upload = await aWholeUpload(spool);

    const failure = await failureOf(upload.commit(failing('conflict')));
    const file = await upload.commit(async () => aFileView);

    expect(failure[0]).toBe('conflict');
    expect(file).toBe(aFileView);
    await spool.close();
  });

  it('that passes may have any size, and leaves nothing behind', async () => {
    const directory = await aSpoolDirectory();
    const spool = await openSpool(directory);
    const upload = await spool.create({ ...aWish, life: 'passing' });

    await upload.append(bytesOf('abc', 'defg'), 0);
    upload.end();
    const sizes: number[] = [];
    await upload.commit(async ({ path }) => {
      sizes.push((await stat(path)).size);
      return aFileView;
    });
    await upload.discard();

    expect(sizes).toEqual([7]);
    expect(await readdir(join(directory, 'uploads'))).toEqual([]);
    expect(spool.promisedBytes).toBe(0);
    await spool.close();
  });
});
