import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { GetRequest } from '../../actors/client/cluster.js';
import { toFileJson } from '../../actors/client/file-json.js';
import { exitCodeOf, ReelkeepError } from '../../domain/errors.js';
import { acceptName } from '../../domain/names.js';
import { spanText } from '../duration.js';
import { sizeText } from '../size-text.js';
import { forEachFile } from './many.js';
import { isGone } from './output.js';
import type { Session } from './session.js';

export interface GetOptions {
  readonly output?: string;
  readonly replace: boolean;
  readonly parallel: number;
  readonly durability: 'strict' | 'relaxed';
}

/** Where each name goes: a path whose directory is there, or stdout. */
type Destinations = (name: string) => Promise<string | undefined>;

const stdoutPath = '-';

export async function getFiles(
  session: Session,
  names: readonly string[],
  options: GetOptions,
): Promise<number> {
  for (const name of names) refuseBadName(name);
  const destinationOf = await planDestinations(names, options);
  const cluster = await session.cluster();
  session.progress.start(names.length);
  // Two files at once would be mixed up in one stream.
  const parallel = options.output === stdoutPath ? 1 : options.parallel;
  const getOne = async (name: string): Promise<void> => {
    const begunMs = performance.now();
    const path = await destinationOf(name);
    const file = await cluster.get({
      name,
      to: destination(session, path, options),
      onProgress: (news) => session.progress.report(name, news),
    });
    session.progress.finishFile();
    if (session.json && path !== undefined) await session.out.json({ ...toFileJson(file), path });
    const took = spanText(performance.now() - begunMs);
    session.say(`fetched ${name}: ${sizeText(file.size)} in ${took}, every chunk verified`);
  };
  try {
    return await forEachFile(session, names, parallel, getOne, (name) => name);
  } catch (error) {
    // Success would claim that the reader has the whole file.
    if (options.output === stdoutPath && isGone(error)) return exitCodeOf('internal');
    throw error;
  }
}

function destination(
  session: Session,
  path: string | undefined,
  { replace, durability }: GetOptions,
): GetRequest['to'] {
  return path === undefined ? { stream: session.world.stdout } : { path, replace, durability };
}

async function planDestinations(
  names: readonly string[],
  { output }: GetOptions,
): Promise<Destinations> {
  if (output === stdoutPath) return async () => undefined;
  if (output === undefined) return keepLastParts(names);
  if (await isDirectory(output)) return (name) => makeRoomBelow(output, name);
  if (names.length > 1)
    throw new ReelkeepError('usage', `several names need a directory, and ${output} is none`);
  return async () => output;
}

/** Without `-o` every file lands in the current directory, where two may not have one name. */
function keepLastParts(names: readonly string[]): Destinations {
  const paths = new Set(names.map((name) => basename(name)));
  if (paths.size < new Set(names).size)
    throw new ReelkeepError('usage', 'two of the names end alike; give a directory with -o');
  return async (name) => basename(name);
}

async function makeRoomBelow(directory: string, name: string): Promise<string> {
  const path = join(directory, name);
  await makeDirectory(dirname(path));
  return path;
}

/** A path that ends in "/" is meant for a directory, also for one that is still to be made. */
async function isDirectory(path: string): Promise<boolean> {
  if (path.endsWith('/')) return true;
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Absent or unreadable: writing there will tell.
    return false;
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReelkeepError('not-allowed', `the directory ${path} cannot be made: ${reason}`, {
      cause: error,
    });
  }
}

/** Checked here as well, because a name becomes a path on this machine. */
function refuseBadName(name: string): void {
  const verdict = acceptName(name);
  if (!verdict.ok) throw new ReelkeepError('refused-input', `"${name}": ${verdict.reason}`);
}
