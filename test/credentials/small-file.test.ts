import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSmallFile } from '../../src/credentials/small-file.js';

const bytesMax = 10;
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-small-'));
  path = join(directory, 'it');
});

afterEach(() => rm(directory, { recursive: true }));

describe('a small file', () => {
  it.each([0, bytesMax])('is read whole when it has %i bytes', async (length) => {
    await writeFile(path, 'x'.repeat(length), { mode: 0o640 });

    const file = await read();

    const { mode } = await stat(path);
    expect(file).toEqual({ ok: true, bytes: Buffer.alloc(length, 'x'), mode });
  });

  it('is read through a link', async () => {
    await writeFile(join(directory, 'other'), 'x');
    await symlink('other', path);

    expect(await read()).toMatchObject({ ok: true, bytes: Buffer.from('x') });
  });

  it('is refused when it has a byte too many', async () => {
    await writeFile(path, 'x'.repeat(bytesMax + 1));

    expect(await read()).toEqual({ ok: false, reason: 'it is too long' });
  });

  it.runIf(process.platform === 'linux')('is refused when it is longer than it says', async () => {
    const longer = '/proc/self/status';

    expect((await stat(longer)).size).toBe(0);
    expect(await read(longer)).toEqual({ ok: false, reason: 'it is too long' });
  });

  it.each<[string, () => unknown]>([
    ['a pipe that nobody writes to', () => execFileSync('mkfifo', [path])],
    ['a directory', () => mkdir(path)],
    ['a device without an end', () => symlink('/dev/zero', path)],
  ])('is not %s', async (_, make) => {
    await make();

    expect(await read()).toEqual({ ok: false, reason: 'it is no regular file' });
  });

  it('is refused for the reason of the file system when it is not there', async () => {
    expect(await read()).toMatchObject({
      ok: false,
      reason: expect.stringContaining('ENOENT'),
      cause: { code: 'ENOENT' },
    });
  });
});

const read = (from = path) => readSmallFile({ path: from, called: 'it', bytesMax });
