import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished, vi } from 'vitest';
import { aFilm, createBench, objectPath, put } from './a-store.js';

const files = vi.hoisted(() => ({
  onOpened: (_path: unknown, _handle: unknown): void => undefined,
}));

vi.mock('node:fs/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:fs/promises')>();
  const open: typeof actual.open = async (path, ...how) => {
    const handle = await actual.open(path, ...how);
    files.onOpened(path, handle);
    return handle;
  };
  return { ...actual, open };
});

const bench = createBench();

/** Each goes to the disk behind what was asked of it before. */
const looks = 50;

it('S50: bad bytes that cannot be set aside are unknown, though their file takes long to close', async () => {
  const { root, store } = await bench.openNew();
  const film = aFilm(1);
  await put(store, film);
  const data = objectPath(root, film.fileId, 'mp4');
  await truncate(data, 1);
  const aside = join(root, 'quarantine');
  // Its manifest can be moved there, its data cannot.
  await mkdir(join(aside, `${film.fileId}.mp4`, 'in the way'), { recursive: true });
  closeLate(data, join(aside, `${film.fileId}.manifest`));
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));

  const found = await store.verify(film.fileId, film);

  expect([found.outcome, unhandled]).toEqual(['unknown', []]);
});

/** The file is closed only when the sign is there, and what follows on it is long done. */
function closeLate(file: string, sign: string): void {
  files.onOpened = (path, opened) => {
    if (path !== file) return;
    const handle = opened as FileHandle;
    const { close } = handle;
    handle.close = async () => {
      while (!existsSync(sign)) await stat(file);
      for (let look = 0; look < looks; look += 1) await stat(sign);
      await close.call(handle);
    };
  };
}
