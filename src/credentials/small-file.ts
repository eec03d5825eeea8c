/** A file of a few kilobytes that somebody else writes: read whole, and never more than it may be. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

export interface SmallFileOrder {
  readonly path: string;
  /** In the reason why it is not read. */
  readonly called: string;
  readonly bytesMax: number;
}

export type SmallFile =
  | { readonly ok: true; readonly bytes: Buffer; readonly mode: number }
  | { readonly ok: false; readonly reason: string; readonly cause?: unknown };

export async function readSmallFile({
  path,
  called,
  bytesMax,
}: SmallFileOrder): Promise<SmallFile> {
  try {
    // A pipe would hold up the opening until someone writes to it.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return { ok: false, reason: `${called} is no regular file` };
      const bytes = await readUpTo(handle, bytesMax + 1);
      if (bytes.length > bytesMax) return { ok: false, reason: `${called} is too long` };
      return { ok: true, bytes, mode: stats.mode };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason, cause: error };
  }
}

/** Believes no size: a file may grow while it is read, and some say another than they have. */
async function readUpTo(handle: FileHandle, bytesMax: number): Promise<Buffer> {
  const room = Buffer.alloc(bytesMax);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(room, length, bytesMax - length);
    if (bytesRead === 0) return room.subarray(0, length);
    length += bytesRead;
  }
}
