/**
 * Whether a file can be a table at all: LMDB ends the process that opens something else.
 *
 * Both of its first two pages begin with a header of 24 bytes, then, little-endian, the magic
 * number and the version of the format; 48 bytes into the page stands the size of all pages.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { ReelkeepError } from '../domain/errors.js';
import { unlessAbsent } from './disk-error.js';

const magic = 0xbeefc0de;
const formatVersion = 2;
const magicAt = 24;
const versionAt = 28;
const pageBytesAt = 48;
const headBytes = 52;

/**
 * A file that is absent or empty is a table not yet made.
 * @returns whether there is a table
 * @throws ReelkeepError `integrity`
 */
export async function requireTableFile(path: string): Promise<boolean> {
  const file = await unlessAbsent(open(path, 'r'));
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const pageBytes = await readHead(file, path, 0);
    if ((await readHead(file, path, pageBytes)) !== pageBytes) throw notTable(path);
    return true;
  } finally {
    await file.close();
  }
}

async function readHead(file: FileHandle, path: string, at: number): Promise<number> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, at);
  const isTable =
    bytesRead === headBytes &&
    buffer.readUInt32LE(magicAt) === magic &&
    (buffer.readUInt32LE(versionAt) & 0xffff) === formatVersion;
  if (!isTable) throw notTable(path);
  return buffer.readUInt32LE(pageBytesAt);
}

const notTable = (path: string) =>
  new ReelkeepError(
    'integrity',
    `${path} is damaged: it does not begin as a table does; put a good copy in its place`,
  );
