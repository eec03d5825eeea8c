import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLocalFiles, withSpooled } from '../../../src/cli/client/local-files.js';

describe('local files', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reelkeep-files-'));
    await mkdir(join(directory, 'b'));
    for (const name of ['b/1.mp4', 'a.mp4', 'c.MP4', 'notes.txt'])
      await writeFile(join(directory, name), name);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('walks a directory for mp4 files, sorted and named by their path below it', async () => {
    await symlink(directory, join(directory, 'b', 'circle'));

    const files = await findLocalFiles(directory, 'films/');

    expect(files).toEqual([
      { path: join(directory, 'a.mp4'), name: 'films/a.mp4', size: 5 },
      { path: join(directory, 'b', '1.mp4'), name: 'films/b/1.mp4', size: 7 },
      { path: join(directory, 'c.MP4'), name: 'films/c.MP4', size: 5 },
    ]);
  });

  it('passes on a link that leads nowhere, so that it fails alone', async () => {
    await symlink(join(directory, 'gone'), join(directory, 'b', '2.mp4'));

    const files = await findLocalFiles(join(directory, 'b'), '');

    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['1.mp4', 7],
      ['2.mp4', 0],
    ]);
  });

  it('names a single file by its last part, whatever it is called', async () => {
    const path = join(directory, 'notes.txt');

    expect(await findLocalFiles(path, '')).toEqual([{ path, name: 'notes.txt', size: 9 }]);
  });

  it('says so when there is nothing to upload', async () => {
    await expect(findLocalFiles(join(directory, 'no'), '')).rejects.toMatchObject({
      code: 'not-found',
    });
    await mkdir(join(directory, 'empty'));
    await expect(findLocalFiles(join(directory, 'empty'), '')).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('keeps stdin in a file for as long as it is needed', async () => {
    const over = new AbortController().signal;
    let spooled = '';

    const text = await withSpooled(Readable.from(['one ', 'two']), over, (path) => {
      spooled = path;
      return readFile(path, 'utf8');
    });

    expect(text).toBe('one two');
    await expect(readFile(spooled)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
