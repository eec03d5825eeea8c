/** A file system of a test's own that is soon full. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Until nothing more fits. */
export async function fill(path: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for (;;) await handle.write(Buffer.alloc(4096));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    await handle.close();
  }
}

/** Needs the right to mount; without it these tests are skipped. */
export function mountSmallDisk(bytes: number): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'reelkeep-small-disk-'));
  const mounted = spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
  if (mounted.status === 0) return path;
  rmSync(path, { recursive: true });
  const reason = mounted.error?.message ?? mounted.stderr.toString().trim();
  process.stderr.write(`skipped: a small disk cannot be mounted here (${reason})\n`);
  return undefined;
}

export function unmount(path: string | undefined): void {
  if (path === undefined) return;
  spawnSync('/bin/umount', ['-l', path]);
  rmSync(path, { recursive: true });
}
