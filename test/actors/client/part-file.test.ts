import { link, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PartFile } from '../../../src/actors/client/part-file.js';
import { partPath } from '../../../src/actors/client/part-lock.js';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { HashPool } from '../../../src/storage/pool/hash-pool.js';
import { aBuffer, aFile, chunkOf } from './a-download.js';

const size = 2 * chunkBytes + 1000;
const { bytes, manifest } = aFile(size);

describe('part file', () => {
  let pool: HashPool;
  let directory: string;
  let target: string;
  beforeAll(() => {
    pool = HashPool.create({ threads: 2 });
  });
  afterAll(() => pool.close());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reelkeep-part-'));
    target = join(directory, 'a.mp4');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('shows nothing under the name until the file is whole', async () => {
    const part = await open();
    await keepAll(part, [0, 1]);
    expect(await readdir(directory)).toEqual([`.a.mp4.${manifest.fileId}.part`]);

    await keepAll(part, [2]);
    await part.finish();

    expect(await readdir(directory)).toEqual(['a.mp4']);
    expect(bytes.equals(await readFile(target))).toBe(true);
  });

  it('takes no chunk whose bytes are not those of the manifest', async () => {
    const part = await open();

    expect(await keep(part, 0, Buffer.alloc(chunkBytes))).toBe('mismatch');
    expect(await keep(part, 2, chunkOf(bytes, 0))).toBe('mismatch');

    expect(part.missing).toEqual([{ first: 0, count: 3 }]);
    await part.suspend();
  });

  it('resumes with the chunks that an earlier run left, and with those only', async () => {
    const before = await open();
    await keepAll(before, [0, 2]);
    await before.suspend();

    const part = await open();

    expect(part.missing).toEqual([{ first: 1, count: 1 }]);
    await keepAll(part, [1]);
    await part.finish();
    expect(bytes.equals(await readFile(target))).toBe(true);
  });

  it('fetches again what was damaged between two runs', async () => {
    const before = await open();
    await keepAll(before, [0, 1, 2]);
    await before.suspend();
    await truncate(partPath(target, manifest.fileId), 2 * chunkBytes - 1);

    const part = await open();

    expect(part.missing).toEqual([{ first: 1, count: 2 }]);
    await part.discard();
    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves nothing behind when nothing was fetched', async () => {
    await (await open()).suspend();

    expect(await readdir(directory)).toEqual([]);
  });

  it('writes a part of its own while another download of the same file is under way', async () => {
    const first = await open();
    await keepAll(first, [0, 1, 2]);
    const second = await open();

    await first.finish();
    await keepAll(second, [0, 1, 2]);

    await expect(second.finish()).rejects.toMatchObject({ code: 'conflict' });
    await second.suspend();
    expect(await readdir(directory)).toEqual(['a.mp4']);
    expect(bytes.equals(await readFile(target))).toBe(true);
  });

  it('never takes the place of a file unless told to', async () => {
    await writeFile(target, 'precious');

    await expect(open()).rejects.toMatchObject({ code: 'conflict' });
    const part = await open({ replace: true });
    await keepAll(part, [0, 1, 2]);
    expect(await readFile(target, 'utf8')).toBe('precious');
    await part.finish();

    expect(bytes.equals(await readFile(target))).toBe(true);
  });

  it('leaves one name when a crash had left the part beside the file that it became', async () => {
    const before = await open();
    await keepAll(before, [0, 1, 2]);
    await before.suspend();
    await link(partPath(target, manifest.fileId), target);

    const part = await open({ replace: true });
    await part.finish();

    expect(part.missing).toEqual([]);
    expect(await readdir(directory)).toEqual(['a.mp4']);
    expect(bytes.equals(await readFile(target))).toBe(true);
  });

  it('refuses a place that cannot be written', async () => {
    await expect(open({ path: join(directory, 'no', 'such', 'a.mp4') })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(open({ path: directory, replace: true })).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('makes an empty file of an empty one', async () => {
    const empty = await PartFile.open({ path: target }, aFile(0).manifest, pool, unchecked);

    expect(empty.missing).toEqual([]);
    await empty.finish();

    expect(await readFile(target, 'utf8')).toBe('');
  });

  function open(changes: { path?: string; replace?: boolean } = {}): Promise<PartFile> {
    return PartFile.open({ path: target, ...changes }, manifest, pool, unchecked);
  }
});

describe('partPath', () => {
  it('stays within what file systems allow, whatever the name', () => {
    const path = partPath(`/films/${'ü'.repeat(126)}.mp4`, manifest.fileId);

    expect(path.startsWith('/films/.ü')).toBe(true);
    expect(Buffer.byteLength(path.slice('/films/'.length))).toBeLessThanOrEqual(255);
  });
});

const unchecked = { onChecked: () => undefined, signal: new AbortController().signal };

const keep = (part: PartFile, index: number, content: Uint8Array) =>
  part.keep(index, aBuffer(content), content.length);

async function keepAll(part: PartFile, indexes: readonly number[]): Promise<void> {
  for (const index of indexes) expect(await keep(part, index, chunkOf(bytes, index))).toBe('kept');
}
