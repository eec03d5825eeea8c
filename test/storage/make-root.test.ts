import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeRoot } from '../../src/storage/make-root.js';

describe('the directory of a process', () => {
  it('is durable with every directory that was made on the way', async () => {
    const base = await directory();
    const synced: string[] = [];

    const path = await makeRoot(join(base, 'data/disks/k1'), {
      directory: async (at) => void synced.push(at),
    });

    expect(path).toBe(join(base, 'data/disks/k1'));
    expect(synced).toEqual([join(base, 'data/disks'), join(base, 'data'), base]);
  });

  it('costs no sync when it is there', async () => {
    const base = await directory();
    await mkdir(join(base, 'k1'));
    const synced: string[] = [];

    await makeRoot(join(base, 'k1'), { directory: async (at) => void synced.push(at) });

    expect(synced).toEqual([]);
  });

  it('is refused where no directory can be made', { timeout: 5_000 }, async ({ skip }) => {
    if (process.platform !== 'linux') return skip('there is no /proc');

    await expect(makeRoot('/proc/nobody/k1')).rejects.toMatchObject({
      code: 'usage',
      detail: '/proc/nobody cannot be made: /proc takes no new directories; give another place',
    });
  });

  it('may be a link to a directory that is there', async () => {
    const base = await directory();
    await mkdir(join(base, 'disk'));
    await symlink(join(base, 'disk'), join(base, 'k1'));

    expect(await makeRoot(join(base, 'k1'))).toBe(join(base, 'disk'));
  });

  it('is refused when a file stands in its place', async () => {
    const base = await directory();
    await writeFile(join(base, 'k1'), '');

    await expect(makeRoot(join(base, 'k1'))).rejects.toMatchObject({ code: 'usage' });
  });
});

async function directory(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'reelkeep-root-')));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}
