/**
 * A disk of its own for a node: a file system in a sparse file, mounted through a loop device.
 *
 * Needs root, loop devices and the tools of the file system; a test that asks for such disks where
 * there are none is skipped. What was mounted is unmounted when the test is over, however that came:
 * the kernel gives the loop device back with it.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';

export type FileSystem = 'ext4' | 'xfs';

/** XFS takes no less than 300 MiB; what is not written takes no room. */
const diskBytes = 1024 * 1024 * 1024;

/** Journals are committed when somebody syncs, and not because time has passed. */
const mountOptions: Readonly<Record<FileSystem, string>> = {
  ext4: 'loop,commit=600',
  xfs: 'loop',
};

const run = promisify(execFile);

export class LoopDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #image: string;
  readonly #fileSystem: FileSystem;

  static async create(directory: string, name: string, fileSystem: FileSystem): Promise<LoopDisk> {
    const disk = new LoopDisk(directory, name, fileSystem);
    await writeFile(disk.#image, '');
    await truncate(disk.#image, diskBytes);
    await run(`mkfs.${fileSystem}`, ['-q', disk.#image]);
    await mkdir(disk.path);
    await disk.mount();
    return disk;
  }

  private constructor(directory: string, name: string, fileSystem: FileSystem) {
    this.path = join(directory, name);
    this.#image = join(directory, `${name}.${fileSystem}`);
    this.#fileSystem = fileSystem;
  }

  /** Replays the journal, if there is anything in it. */
  async mount(): Promise<void> {
    await run('mount', ['-o', mountOptions[this.#fileSystem], this.#image, this.path]);
  }

  /** Nobody may be using it. */
  async unmount(): Promise<void> {
    await run('umount', [this.path]);
  }

  /** Out of sight at once; whoever has files open there keeps them. */
  async unmountLazily(): Promise<void> {
    await run('umount', ['-l', this.path]);
  }

  /** What the kernel does with an ext4 whose metadata it finds wrong: from here on it is read-only. */
  async turnReadOnly(): Promise<void> {
    await run('mount', ['-o', 'remount,abort', this.path]);
  }
}

/** One disk for each name, or the test is skipped with the reason. Ask for them before the processes that use them. */
export async function disksFor(
  test: TestContext,
  fileSystem: FileSystem,
  names: readonly string[],
): Promise<ReadonlyMap<string, LoopDisk>> {
  if (process.getuid?.() !== 0) return test.skip('only root can mount a disk');
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-disks-'));
  onTestFinished(() => removeAll(directory, names));
  const disks = new Map<string, LoopDisk>();
  try {
    for (const name of names) disks.set(name, await LoopDisk.create(directory, name, fileSystem));
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : String(error);
    return test.skip(`a disk with ${fileSystem} cannot be made here: ${why}`);
  }
  return disks;
}

async function removeAll(directory: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    await run('umount', ['-l', join(directory, name)]).catch(() => {
      // It was never mounted, or is not now.
    });
  await rm(directory, { recursive: true });
}
