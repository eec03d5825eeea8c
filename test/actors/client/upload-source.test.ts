import { appendFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UploadSource } from '../../../src/actors/client/upload-source.js';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { digest } from '../../../src/domain/ids.js';
import { HashPool } from '../../../src/storage/pool/hash-pool.js';
import { aBuffer, aFile, chunkOf } from './a-download.js';

const { bytes, manifest } = aFile(chunkBytes + 10);

describe('upload source', () => {
  let pool: HashPool;
  let directory: string;
  let path: string;
  beforeAll(() => {
    pool = HashPool.create({ threads: 1 });
  });
  afterAll(() => pool.close());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reelkeep-source-'));
    path = join(directory, 'a.mp4');
    await writeFile(path, bytes);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reads chunks with their digests, and then the digest of the file', async () => {
    const source = await UploadSource.open(path, pool);
    let allRead = false;
    const chunks = source.chunks(() => {
      allRead = true;
    });
    const buffer = aBuffer(new Uint8Array());

    await chunks.readChunk(0, buffer);
    const read = await chunks.readChunk(1, buffer);

    expect(read.length).toBe(10);
    expect(buffer.bytes.subarray(0, 10).equals(chunkOf(bytes, 1))).toBe(true);
    expect(allRead).toBe(false);
    expect(await chunks.digest()).toBe(manifest.digest);
    expect(allRead).toBe(true);
    expect(await source.digest()).toBe(manifest.digest);
    await source.close();
  });

  it('tells its own bytes from others, those that were sent and those that were not', async () => {
    const [sent, unsent] = [
      await UploadSource.open(path, pool),
      await UploadSource.open(path, pool),
    ];
    const chunks = sent.chunks(() => undefined);
    for (const index of [0, 1]) await chunks.readChunk(index, aBuffer(new Uint8Array()));
    await chunks.digest();
    // What is there now is not what was sent.
    await utimes(path, 1, 1);

    const { size, digest: own } = manifest;
    const other = digest('0'.repeat(64));

    expect(await sent.isSame({ size, digest: own })).toBe(true);
    expect(await sent.isSame({ size, digest: other })).toBe(false);
    expect(await sent.isSame({ size: size + 1, digest: own })).toBe(false);
    await expect(unsent.isSame({ size, digest: own })).rejects.toMatchObject({
      code: 'refused-input',
    });
    await Promise.all([sent.close(), unsent.close()]);
  });

  it('refuses a file that changes while it is read, though its size stays', async () => {
    const source = await UploadSource.open(path, pool);
    await utimes(path, 1, 1);

    const reading = source.chunks(() => undefined).readChunk(0, aBuffer(new Uint8Array()));

    await expect(reading).rejects.toMatchObject({ code: 'refused-input' });
    expect(source.failure?.detail).toContain('changed while it was being read');
    await source.close();
  });

  it('refuses a file that grows', async () => {
    const source = await UploadSource.open(path, pool);
    await appendFile(path, 'more');

    await expect(source.digest()).rejects.toMatchObject({ code: 'refused-input' });
    await source.close();
  });

  it('says why a file is no mp4', async () => {
    const source = await UploadSource.open(path, pool);

    expect(await source.structureProblem()).toContain(path);
    await source.close();
  });

  it('opens neither what is not there nor what is no regular file', async () => {
    await mkdir(join(directory, 'sub'));

    await expect(UploadSource.open(join(directory, 'no'), pool)).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(UploadSource.open(join(directory, 'sub'), pool)).rejects.toMatchObject({
      code: 'refused-input',
    });
  });
});
