/**
 * Memory that is kept warm between measured runs, and lent to them.
 *
 * A guest whose free memory goes back to its host pays for each page at its next touch, seconds for
 * a gibibyte, so a run would measure how long ago the one before it was, and its own second half.
 * A file in tmpfs holds the memory instead. A run is lent as much as it will need, bit by bit while
 * it goes on, so that what is free has always been in use a moment ago.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

const mebibyte = 1024 ** 2;
const pieceBytes = 8 * mebibyte;
/** Of what is available; the rest is for the programs and for the files that are read. */
const shareMax = 0.6;
/** For what the processes of a run will hold. */
const programBytes = 768 * mebibyte;
/** Lent ahead of what is being used. */
const aheadBytes = 160 * mebibyte;
const lookEveryMs = 10;

interface Place {
  readonly directory: string;
  remove(): Promise<void>;
}

export class WarmMemory {
  readonly #file: FileHandle;
  readonly #place: Place;
  readonly #piece = Buffer.alloc(pieceBytes);
  readonly #heldBytes: number;
  #bytes = 0;
  #lending: NodeJS.Timeout | undefined;

  /**
   * @param mountPoint where a tmpfs is mounted for it
   * @param writtenBytes by the largest run; less is held when the machine has less
   */
  static async hold(mountPoint: string, writtenBytes: number): Promise<WarmMemory> {
    const bytes = writtenBytes + programBytes;
    const heldMax = fromMeminfo('MemAvailable') * shareMax;
    const place = await mountHuge(mountPoint, Math.min(bytes, heldMax));
    const path = join(place.directory, `reelkeep-bench-${process.pid}`);
    const memory = new WarmMemory(await open(path, 'wx+', 0o600), place, Math.min(bytes, heldMax));
    await memory.takeBack();
    return memory;
  }

  private constructor(file: FileHandle, place: Place, heldBytes: number) {
    this.#file = file;
    this.#place = place;
    this.#heldBytes = Math.floor(heldBytes / pieceBytes) * pieceBytes;
  }

  /**
   * To the run that begins now; until it is taken back.
   * @param writtenBytes that it will write; what its processes hold besides is lent on top
   */
  async lend(writtenBytes: number): Promise<void> {
    const bytes = writtenBytes + programBytes;
    const keptBytes = Math.max(0, this.#heldBytes - Math.ceil(bytes / pieceBytes) * pieceBytes);
    const wantedFreeBytes = fromMeminfo('MemFree') + aheadBytes;
    const look = async (): Promise<void> => {
      const missing = Math.ceil((wantedFreeBytes - fromMeminfo('MemFree')) / pieceBytes);
      const next = Math.max(keptBytes, this.#bytes - Math.max(0, missing) * pieceBytes);
      if (next === this.#bytes) return;
      this.#bytes = next;
      await this.#file.truncate(next);
    };
    await look();
    this.#lending = setInterval(() => void look(), lookEveryMs);
  }

  /** While what the run has let go of is still warm. */
  async takeBack(): Promise<void> {
    clearInterval(this.#lending);
    for (; this.#bytes < this.#heldBytes; this.#bytes += pieceBytes)
      await this.#file.write(this.#piece, 0, pieceBytes, this.#bytes);
  }

  async close(): Promise<void> {
    clearInterval(this.#lending);
    await this.#file.close();
    await this.#place.remove();
  }
}

/** In huge pages, which are lent in no time; that takes root. */
async function mountHuge(directory: string, bytes: number): Promise<Place> {
  await mkdir(directory, { recursive: true });
  const size = `size=${Math.ceil(bytes) + pieceBytes}`;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `huge=always,${size}`, 'none', directory], {
      stdio: 'ignore',
    });
  } catch {
    const path = join('/dev/shm', `reelkeep-bench-${process.pid}`);
    return { directory: '/dev/shm', remove: () => rm(path, { force: true }) };
  }
  return {
    directory,
    remove: async () => void execFileSync('umount', [directory]),
  };
}

function fromMeminfo(name: 'MemAvailable' | 'MemFree'): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync('/proc/meminfo', 'utf8'),
  );
  return Number(found?.[1] ?? 0) * 1024;
}
