import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FileId, fileId } from '../../src/domain/ids.js';
import { DeletionLog } from '../../src/storage/deletion-log.js';
import { DiskSync } from '../../src/storage/disk-sync.js';
import { createLayout, type Layout } from '../../src/storage/layout.js';
import { storageLimits } from '../../src/storage/limits.js';

describe('the memory of deletions', () => {
  it('is there after a start, in its order, each file once', async () => {
    const layout = await made();

    await open(layout).note([idOf(1), idOf(2)]);
    await open(layout).note([idOf(3), idOf(1)]);

    expect(await open(layout).read()).toEqual([idOf(1), idOf(2), idOf(3)]);
  });

  it('passes over the end of a write that was cut, and goes on in its place', async () => {
    const layout = await made();
    await open(layout).note([idOf(1)]);
    await appendFile(layout.deletions, 'torn');

    const log = open(layout);
    const before = await log.read();
    await log.note([idOf(2)]);

    expect([before, await log.read()]).toEqual([[idOf(1)], [idOf(1), idOf(2)]]);
  });

  it.each([0, 15, 16, 31])(
    'S11: knows no file by a record whose byte %i has changed',
    async (at) => {
      const layout = await made();
      await open(layout).note([idOf(1), idOf(2)]);
      const bytes = await readFile(layout.deletions);
      bytes.writeUInt8((bytes.readUInt8(at) + 1) % 256, at);
      await writeFile(layout.deletions, bytes);

      expect(await open(layout).read()).toEqual([idOf(2)]);
    },
  );

  it('S47: forgets the oldest when it is full, and its file stays bounded', {
    timeout: 60_000,
  }, async () => {
    const layout = await made();
    const { deletionsKeptMax, deletionsSpareMax } = storageLimits;
    const all = Array.from({ length: deletionsKeptMax + deletionsSpareMax }, (_, at) => idOf(at));
    const log = open(layout);

    await log.note(all);
    const full = (await stat(layout.deletions)).size;
    await log.note([idOf(all.length)]);

    expect((await stat(layout.deletions)).size).toBeLessThan(full);
    const kept = [...all, idOf(all.length)].slice(-deletionsKeptMax);
    expect((await log.read()).join()).toBe(kept.join());
  });

  it('S29: is not begun anew on a root that is not there', async () => {
    const layout = await made();
    await rm(layout.deletions);

    const noted = open(layout).note([idOf(1)]);

    await expect(noted).rejects.toMatchObject({ code: 'unavailable' });
    await expect(stat(layout.deletions)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

async function made(): Promise<Layout> {
  const root = await mkdtemp(join(tmpdir(), 'reelkeep-deletions-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const layout = createLayout(root);
  await DeletionLog.make(layout);
  return layout;
}

const open = (layout: Layout): DeletionLog =>
  new DeletionLog(layout, new DiskSync({ durability: 'strict' }));

const idOf = (number: number): FileId => fileId(number.toString(16).padStart(32, '0'));
