/** A disk in memory that is soon full; needs root, and the test is skipped where it cannot be mounted. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';

const run = promisify(execFile);

export class SmallDisk {
  readonly path: string;

  /** Ask for it before the processes that use it, so that it is unmounted after their end. */
  static async mount(test: TestContext, bytes: number): Promise<SmallDisk> {
    const path = await mkdtemp(join(tmpdir(), 'reelkeep-small-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
    } catch (error) {
      await rm(path, { recursive: true });
      const why = error instanceof Error ? error.message.trim() : String(error);
      return test.skip(`a small disk cannot be mounted here: ${why}`);
    }
    onTestFinished(async () => {
      await run('umount', ['-l', path]);
      await rm(path, { recursive: true });
    });
    return new SmallDisk(path);
  }

  private constructor(path: string) {
    this.path = path;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }

  /** Somebody else's bytes, until no more are free than that. */
  async fillUpTo(freeBytes: number): Promise<void> {
    await writeFile(this.#junk, Buffer.alloc((await this.freeBytes()) - freeBytes));
  }

  /** Takes what it was filled with away. */
  async clear(): Promise<void> {
    await rm(this.#junk);
  }

  get #junk(): string {
    return join(this.path, 'junk');
  }
}
