import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import type { ReelkeepError } from '../../../src/domain/errors.js';
import { blake3 } from '../../../src/storage/blake3.js';
import { HashPool } from '../../../src/storage/pool/hash-pool.js';
import { chunksOf, fileDigest, shared } from '../a-store.js';

let pool: HashPool;
let directory: string;
const handles: FileHandle[] = [];

beforeAll(async () => {
  pool = HashPool.create({ threads: 2, queueLengthMax: 1 });
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-pool-'));
});
afterEach(async () => {
  for (const handle of handles.splice(0)) await handle.close();
});
afterAll(async () => {
  await pool.close();
  await rm(directory, { recursive: true });
});

describe('the hash pool', () => {
  it('writes a chunk where it belongs', async () => {
    const { fd, path } = await anOpenFile('write', Buffer.from('0123456789'));
    const bytes = Buffer.from('abc');

    const output = await pool.hashAndWrite({
      shared: shared(bytes),
      length: 3,
      digest: blake3(bytes),
      fd,
      position: 4,
    });

    expect(output).toEqual({ ok: true });
    expect(await readFile(path, 'utf8')).toBe('0123abc789');
  });

  it('writes nothing of a chunk that does not match its digest', async () => {
    const { fd, path } = await anOpenFile('mismatch', Buffer.from('0123456789'));

    const output = await pool.hashAndWrite({
      shared: shared(Buffer.from('abc')),
      length: 3,
      digest: blake3(Buffer.from('abd')),
      fd,
      position: 4,
    });

    expect(output).toEqual({ ok: false, failure: 'mismatch' });
    expect(await readFile(path, 'utf8')).toBe('0123456789');
  });

  it('tells the code of a disk that refuses', async () => {
    const full = await open('/dev/full', 'w');
    handles.push(full);
    const bytes = Buffer.from('abc');

    const output = await pool.hashAndWrite({
      shared: shared(bytes),
      length: 3,
      digest: blake3(bytes),
      fd: full.fd,
      position: 0,
    });

    expect(output).toMatchObject({ ok: false, failure: 'disk', code: 'ENOSPC' });
  });

  it('reads back what is there with the shape of the file, and says when that is too little', async () => {
    const bytes = Buffer.from('0123456789');
    const { fd } = await anOpenFile('read', bytes);
    const { size, mtimeMs } = fstatSync(fd);
    const memory = new SharedArrayBuffer(10);

    const whole = await pool.readAndHash({ shared: memory, fd, position: 2, length: 8 });
    const short = await pool.readAndHash({ shared: memory, fd, position: 2, length: 9 });

    const digest = new Uint8Array(blake3(bytes.subarray(2)));
    expect(whole).toEqual({ ok: true, digest, size, mtimeMs });
    expect(short).toEqual({ ok: false, failure: 'short' });
  });

  it.each([0, 1, chunkBytes, 9 * chunkBytes + 3])(
    'hashes a whole file of %i bytes',
    async (size) => {
      const bytes = Buffer.alloc(size, 'reel');
      const { fd } = await anOpenFile(`whole-${size}`, bytes);

      const hashed = await pool.hashFile(fd, size, { parallel: 2 });

      const chunkDigests = new Uint8Array(
        Buffer.concat(chunksOf(bytes).map((chunk) => blake3(chunk))),
      );
      expect(hashed).toEqual({ ok: true, digest: fileDigest(bytes), chunkDigests });
    },
  );

  it('pauses between two tasks on a file', async () => {
    const size = 17 * chunkBytes + 3;
    const { fd } = await anOpenFile('paused', Buffer.alloc(size, 'reel'));
    const pauses: number[] = [];

    await pool.hashFile(fd, size, { pause: async (bytes) => void pauses.push(bytes) });

    expect(pauses).toEqual([8 * chunkBytes, 8 * chunkBytes]);
  });

  it('reads no further when a pause rejects', async () => {
    const size = 9 * chunkBytes;
    const { fd } = await anOpenFile('stopped', Buffer.alloc(size));
    const stopped = new Error('the keeper is stopping');

    const reading = pool.hashFile(fd, size, { pause: () => Promise.reject(stopped) });

    await expect(reading).rejects.toBe(stopped);
  });

  it('says when a file is shorter than it should be', async () => {
    const { fd } = await anOpenFile('shorter', Buffer.alloc(100));

    expect(await pool.hashFile(fd, chunkBytes)).toEqual({ ok: false, failure: 'short' });
  });

  it('makes callers wait when its queue is full, and refuses none', async () => {
    const bytes = Buffer.from('0123456789');
    const { fd } = await anOpenFile('queue', bytes);
    const task = { fd, size: bytes.length, first: 0, count: 1 };

    const outputs = await Promise.all(Array.from({ length: 50 }, () => pool.hashChunks(task)));

    expect(new Set(outputs.map(({ ok }) => ok))).toEqual(new Set([true]));
  });

  it('rejects what is under way, and what comes later, when it is closed', async () => {
    const closing = HashPool.create({ threads: 1 });
    const { fd } = await anOpenFile('closing', Buffer.alloc(10));
    const task = { fd, size: 10, first: 0, count: 1 };
    const underWay = closing.hashChunks(task);
    const refused = expect(underWay).rejects.toMatchObject({ code: 'unavailable' });

    await closing.close();

    await refused;
    await expect(closing.hashChunks(task)).rejects.toMatchObject({ code: 'unavailable' });
    await closing.close();
  });

  it('is dead for good, and says so once, when a task throws', async () => {
    const deaths: ReelkeepError[] = [];
    const dying = HashPool.create({ threads: 1, onDeath: (reason) => deaths.push(reason) });
    onTestFinished(() => dying.close());
    const { fd } = await anOpenFile('dying', Buffer.alloc(10));
    const task = { fd, size: 10, first: 0, count: 1 };
    const ends = [dying.hashChunks({ ...task, count: -1 }), dying.hashChunks(task)];

    const settled = await Promise.allSettled([...ends, dying.hashChunks(task)]);

    const dead = { code: 'internal', detail: expect.stringContaining('thread of the hash pool') };
    expect(settled.map((end) => end.status === 'rejected' && end.reason)).toEqual(
      settled.map(() => expect.objectContaining(dead)),
    );
    await expect(dying.inspectMp4(fd)).rejects.toMatchObject(dead);
    expect(deaths).toEqual([expect.objectContaining(dead)]);
  });

  it('tells nobody of its death when it is closed', async () => {
    const deaths: ReelkeepError[] = [];
    const closing = HashPool.create({ threads: 1, onDeath: (reason) => deaths.push(reason) });
    const { fd } = await anOpenFile('told', Buffer.alloc(10));
    const underWay = closing.hashChunks({ fd, size: 10, first: 0, count: 1 });

    await Promise.allSettled([underWay, closing.close()]);

    expect(deaths).toEqual([]);
  });
});

describe('what a file is as video', () => {
  it.each([
    [
      'clip.mp4',
      {
        durationMs: 2400,
        faststart: true,
        fragmented: false,
        tracks: [
          { type: 'video', codec: 'avc1.64000d', width: 320, height: 180 },
          { type: 'audio', codec: 'mp4a.40.2' },
        ],
      },
    ],
    [
      'moov-last.mp4',
      {
        durationMs: 1000,
        faststart: false,
        fragmented: false,
        tracks: [{ type: 'video', codec: 'avc1.42d00b', width: 160, height: 90 }],
      },
    ],
    [
      'fragmented.mp4',
      {
        durationMs: 1000,
        faststart: true,
        fragmented: true,
        tracks: [{ type: 'video', codec: 'avc1.42d00b', width: 160, height: 90 }],
      },
    ],
  ])('of %s', async (name, facts) => {
    const inspected = await inspect(fixture(name));

    expect(inspected).toEqual({ ok: true, facts: { kind: 'mp4', ...facts } });
  });

  it('is refused when the file was cut short', async () => {
    const clip = await readFile(fixture('clip.mp4'));
    const path = join(directory, 'cut.mp4');
    await writeFile(path, clip.subarray(0, clip.length - 1000));

    expect(await inspect(path)).toEqual({
      ok: false,
      failure: 'structure',
      reason: 'the file ends in the middle of its "mdat" box: 1000 bytes are missing',
    });
  });

  it('is unreadable when the boxes are sound and what is in the index is not', async () => {
    const clip = await readFile(fixture('clip.mp4'));
    const path = join(directory, 'rotten.mp4');
    const moovAt = clip.indexOf('moov') + 4;
    clip.fill(0xff, moovAt, moovAt + 3000);
    await writeFile(path, clip);

    expect(await inspect(path)).toEqual({
      ok: true,
      facts: { kind: 'unreadable', faststart: true, reason: expect.any(String) },
    });
  });

  it('is not told of what cannot be read', async () => {
    const folder = await open(directory, 'r');
    handles.push(folder);

    expect(await pool.inspectMp4(folder.fd)).toMatchObject({
      ok: false,
      failure: 'disk',
      code: 'EISDIR',
    });
  });
});

describe('a file that a task has opened', () => {
  it('stays open when the thread of the task has ended', async () => {
    const passing = HashPool.create({ threads: 1 });
    const path = join(directory, 'new');
    const fd = await passing.writeNewFile({ path, bytes: Buffer.from('abc') });
    onTestFinished(() => closeSync(fd));

    await passing.close();

    expect(readFileSync(fd, 'utf8')).toBe('abc');
  });

  it('is never one that was there before', async () => {
    const { path } = await anOpenFile('old', Buffer.from('precious'));

    const again = pool.writeNewFile({ path, bytes: Buffer.from('abc') });

    await expect(again).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(path, 'utf8')).toBe('precious');
  });
});

async function inspect(path: string) {
  const film = await open(path, 'r');
  handles.push(film);
  return pool.inspectMp4(film.fd);
}

async function anOpenFile(name: string, bytes: Buffer) {
  const path = join(directory, name);
  await writeFile(path, bytes);
  const handle = await open(path, 'r+');
  handles.push(handle);
  return { fd: handle.fd, path };
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}
