import { appendFile, readdir, readFile, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { uploadLimits } from '../../../src/actors/gateway/upload-limits.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { UploadId } from '../../../src/domain/ids.js';
import {
  aFileView,
  aSpoolDirectory,
  aWholeUpload,
  aWish,
  bytesOf,
  failureOf,
  found,
  openSpool,
} from './a-spool.js';

describe('a spool that is opened again', () => {
  it('goes on with what is durable, and cuts off what is not', async () => {
    const directory = await aSpoolDirectory();
    const before = await openSpool(directory);
    const { id } = await before.create({ ...aWish, life: 'kept', size: 10 });
    await before.find(id)?.append(bytesOf('abcd'), 0);
    await before.close();
    await appendFile(join(directory, 'uploads', `${id}.part`), 'torn');

    const spool = await openSpool(directory);
    const upload = found(spool.find(id));
    const offset = upload.offset;
    await upload.append(bytesOf('efghij'), 4);
    const texts: string[] = [];
    await upload.commit(async ({ path }) => {
      texts.push(await readFile(path, 'utf8'));
      return aFileView;
    });

    expect([offset, ...texts]).toEqual([4, 'abcdefghij']);
    await spool.close();
  });

  it('S17: asks the cluster under the id of before', async () => {
    const directory = await aSpoolDirectory();
    const before = await openSpool(directory);
    const upload = await aWholeUpload(before);
    const ids: (UploadId | undefined)[] = [];
    await failureOf(
      upload.commit(async ({ uploadId }) => {
        ids.push(uploadId);
        throw new ReelkeepError('unknown-outcome', 'for a reason');
      }),
    );
    await before.close();

    const spool = await openSpool(directory);
    await found(spool.find(upload.id)).commit(async ({ uploadId }) => {
      ids.push(uploadId);
      return aFileView;
    });

    expect(ids[1]).toBe(ids[0]);
    await spool.close();
  });

  it('still knows what came of uploads', async () => {
    const directory = await aSpoolDirectory();
    const before = await openSpool(directory);
    const upload = await aWholeUpload(before);
    await upload.commit(async () => aFileView);
    await before.close();

    const spool = await openSpool(directory);

    expect(spool.find(upload.id)?.note).toEqual(upload.note);
    await spool.close();
  });

  it('forgets uploads with damaged notes or lost bytes, and those that only passed', async () => {
    const directory = await aSpoolDirectory();
    const before = await openSpool(directory);
    const [damaged, short] = [await aWholeUpload(before), await aWholeUpload(before)];
    await before.create({ ...aWish, life: 'passing', size: 5 });
    await before.close();
    await writeFile(join(directory, 'uploads', `${damaged.id}.json`), '{');
    await writeFile(join(directory, 'uploads', `${short.id}.part`), '');

    const spool = await openSpool(directory);

    expect(spool.openUploads).toBe(0);
    expect(await readdir(join(directory, 'uploads'))).toEqual([]);
    await spool.close();
  });

  it('holds the room that its uploads were promised', async () => {
    const directory = await aSpoolDirectory();
    const before = await openSpool(directory);
    await before.create({ ...aWish, life: 'kept', size: 600 });
    await before.close();

    const spool = await openSpool(directory, { spoolBytesMax: 1000 });
    const failure = await failureOf(spool.create({ ...aWish, life: 'kept', size: 401 }));

    expect(failure[0]).toBe('no-space');
    await spool.close();
  });
});

describe('the room of a spool', () => {
  it('is promised before a byte comes, and given back', async () => {
    const spool = await openSpool(await aSpoolDirectory(), { spoolBytesMax: 1000 });
    const first = await spool.create({ ...aWish, life: 'kept', size: 600 });

    const tooMuch = await failureOf(spool.create({ ...aWish, life: 'kept', size: 401 }));
    await first.discard();
    await spool.create({ ...aWish, life: 'kept', size: 401 });
    const never = await failureOf(spool.create({ ...aWish, life: 'kept', size: 1001 }));

    expect([tooMuch[0], never[0]]).toEqual(['no-space', 'refused-input']);
    await spool.close();
  });

  it('is for every session but half', async () => {
    const spool = await openSpool(await aSpoolDirectory(), { spoolBytesMax: 1000 });
    await spool.create({ ...aWish, owner: 'ann', life: 'kept', size: 500 });

    const more = await failureOf(spool.create({ ...aWish, owner: 'ann', life: 'kept', size: 1 }));
    await spool.create({ ...aWish, owner: 'bob', life: 'kept', size: 500 });

    expect(more).toEqual(['no-space', expect.stringContaining('this session')]);
    await spool.close();
  });

  it('leaves the reserve of the disk alone', async () => {
    const directory = await aSpoolDirectory();
    const spool = await openSpool(directory, {
      spoolBytesMax: 1024 ** 5,
      reserve: { percent: 99 },
    });

    const failure = await failureOf(spool.create({ ...aWish, life: 'kept', size: 1024 ** 4 }));

    expect(failure).toEqual(['no-space', expect.stringContaining('its disk is full')]);
    expect(await readdir(join(directory, 'uploads'))).toEqual([]);
    await spool.close();
  });

  it('grows under an upload whose size nobody told, until there is no more', async () => {
    const spool = await openSpool(await aSpoolDirectory(), { spoolBytesMax: 1000 });
    const upload = await spool.create({ ...aWish, life: 'passing' });

    const failure = await failureOf(
      upload.append(Readable.from([Buffer.alloc(900), Buffer.alloc(200)]), 0),
    );

    expect(failure[0]).toBe('refused-input');
    await spool.close();
  });

  it('has places for so many uploads', async () => {
    const spool = await openSpool(await aSpoolDirectory());
    const { uploadsMax, uploadsPerSessionMax } = uploadLimits;
    const create = (owner: string) => spool.create({ ...aWish, owner, life: 'kept', size: 1 });

    const ofAnn = await settled(uploadsPerSessionMax + 1, () => create('ann'));
    const ofAll = await settled(uploadsMax, () => create(''));

    expect(ofAnn).toEqual({ fulfilled: uploadsPerSessionMax, rejected: 1 });
    expect(ofAll).toEqual({
      fulfilled: uploadsMax - uploadsPerSessionMax,
      rejected: uploadsPerSessionMax,
    });
    expect(spool.openUploads).toBe(uploadsMax);
    await spool.close();
  });
});

describe('a spool whose time goes by', () => {
  it('forgets what is idle, and later what came of the others', async () => {
    const directory = await aSpoolDirectory();
    let now = 1_000_000;
    const spool = await openSpool(directory, { wallMs: () => now });
    const idle = await spool.create({ ...aWish, life: 'kept', size: 10 });
    const stored = await aWholeUpload(spool);
    await stored.commit(async () => aFileView);

    now += uploadLimits.endedKeptMs;
    await spool.sweep();
    const first = [spool.find(idle.id), spool.find(stored.id)];
    now += uploadLimits.expireAfterMs;
    await spool.sweep();

    expect(first).toEqual([idle, undefined]);
    expect(spool.find(idle.id)).toBeUndefined();
    expect(await readdir(join(directory, 'uploads'))).toEqual([]);
    await spool.close();
  });

  it('leaves what is being stored', async () => {
    let now = 1_000_000;
    const spool = await openSpool(await aSpoolDirectory(), { wallMs: () => now });
    const upload = await aWholeUpload(spool);
    let acknowledge = (_: typeof aFileView): void => undefined;
    const acked = new Promise<typeof aFileView>((resolve) => {
      acknowledge = resolve;
    });

    const storing = upload.commit(() => acked);
    now += 2 * uploadLimits.expireAfterMs;
    await spool.sweep();
    acknowledge(aFileView);
    await storing;

    expect(spool.find(upload.id)?.note.outcome.type).toBe('stored');
    await spool.close();
  });
});

describe('the directory of a spool', () => {
  it('is one gateway’s at a time, and for its user alone', async () => {
    const directory = await aSpoolDirectory();
    const spool = await openSpool(directory);
    await aWholeUpload(spool);

    const second = await failureOf(openSpool(directory));
    const modes = await Promise.all(
      ['', ...(await readdir(directory, { recursive: true }))].map(
        async (name) => (await stat(join(directory, name))).mode & 0o077,
      ),
    );

    expect(second[0]).toBe('conflict');
    expect(new Set(modes)).toEqual(new Set([0]));
    await spool.close();
  });

  it('is nobody else’s', async () => {
    const directory = await aSpoolDirectory();
    await (await openSpool(directory)).close();

    const foreign = await failureOf(openSpool(join(directory, '..')));

    expect(foreign).toEqual(['usage', expect.stringContaining('no directory of a gateway')]);
  });

  it('is never left by a link', async () => {
    const directory = await aSpoolDirectory();
    const spool = await openSpool(directory);
    const upload = await spool.create({ ...aWish, life: 'kept', size: 4 });
    const part = join(directory, 'uploads', `${upload.id}.part`);
    const elsewhere = join(directory, '..', 'elsewhere');
    await writeFile(elsewhere, 'untouched');
    await unlink(part);
    await symlink(elsewhere, part);

    const failure = await failureOf(upload.append(bytesOf('abcd'), 0));

    expect(failure[0]).toBe('unavailable');
    expect(await readFile(elsewhere, 'utf8')).toBe('untouched');
    await spool.close();
  });
});

async function settled(count: number, work: () => Promise<unknown>) {
  const all = await Promise.allSettled(Array.from({ length: count }, work));
  const fulfilled = all.filter(({ status }) => status === 'fulfilled').length;
  return { fulfilled, rejected: count - fulfilled };
}
