/** Which local files a `put` means, and the names that they get. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, opendir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReelkeepError } from '../../domain/errors.js';

export interface LocalFile {
  readonly path: string;
  readonly name: string;
  /** Bytes, as far as is known before it is read. */
  readonly size: number;
}

/** Nothing deeper is walked; a link to a directory is not followed, so no walk goes in circles. */
const depthMax = 64;

/** A file gets the last part of its path as its name; files of a directory, their path below it. */
export async function findLocalFiles(path: string, prefix: string): Promise<readonly LocalFile[]> {
  const found = await describe(path);
  if (found.isFile) return [{ path, name: prefix + basename(path), size: found.size }];
  if (!found.isDirectory)
    throw new ReelkeepError('refused-input', `${path} is neither a file nor a directory`);
  const paths = await walk(path, 0);
  if (paths.length === 0)
    throw new ReelkeepError('not-found', `there is no *.mp4 in the directory ${path}`);
  const files = await Promise.all(
    paths.map(async (file) => ({
      path: file,
      name: prefix + relative(path, file).split(sep).join('/'),
      size: await sizeIfThere(file),
    })),
  );
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param work is given a file with everything that `source` holds, removed afterwards */
export async function withSpooled<Value>(
  source: Readable,
  signal: AbortSignal,
  work: (path: string) => Promise<Value>,
): Promise<Value> {
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-put-'));
  try {
    const path = join(directory, 'stdin');
    await pipeline(source, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
    return await work(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function walk(directory: string, depth: number): Promise<readonly string[]> {
  if (depth > depthMax)
    throw new ReelkeepError(
      'refused-input',
      `${directory} lies deeper than ${depthMax} directories`,
    );
  const paths: string[] = [];
  for await (const entry of await opendir(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) paths.push(...(await walk(path, depth + 1)));
    else if (/\.mp4$/i.test(entry.name) && (entry.isFile() || entry.isSymbolicLink()))
      paths.push(path);
  }
  return paths;
}

/** A file that went, or a link that leads nowhere, fails when it is its turn, and stops no other. */
async function sizeIfThere(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return 0;
  }
}

async function describe(path: string) {
  try {
    const found = await stat(path);
    return { isFile: found.isFile(), isDirectory: found.isDirectory(), size: found.size };
  } catch (error) {
    throw localError(path, error);
  }
}

/** What the operating system says of a local path, with a code of ours. */
function localError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return new ReelkeepError('not-found', `there is no file ${path}`, { cause: error });
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new ReelkeepError('not-allowed', `${path} may not be read`, { cause: error });
  return error;
}
