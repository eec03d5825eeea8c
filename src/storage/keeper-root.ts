/** Opens a keeper's directory: locked, known by its identity, with its rooms in place. */
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { ReelkeepError } from '../domain/errors.js';
import type { KeeperId } from '../domain/ids.js';
import { DeletionLog } from './deletion-log.js';
import { hasCode, toDiskError } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import { type KeeperIdentity, newIdentity, readIdentity, writeIdentity } from './identity-file.js';
import { createLayout, type Layout } from './layout.js';
import { makeRoot } from './make-root.js';
import { lockRoot, type RootLock } from './root-lock.js';
import { RootPlace } from './root-place.js';

export interface KeeperRoot {
  readonly layout: Layout;
  /** With the incarnation of this start, which is durable. */
  readonly identity: KeeperIdentity;
  readonly lock: RootLock;
  readonly place: RootPlace;
}

/** What a first start that was interrupted, or a fresh file system, leaves in an empty directory. */
const mayLieInEmptyRoot: ReadonlySet<string> = new Set([
  'keeper.lock',
  'keeper.json.tmp',
  'lost+found',
]);

/**
 * @param id what the operator says this keeper is; the directory's own identity when absent.
 * @throws ReelkeepError `usage` for a directory of something else or of another keeper, `conflict`
 *   when it is in use, `integrity` when its identity is damaged.
 */
export async function openKeeperRoot(root: string, id: KeeperId | undefined): Promise<KeeperRoot> {
  const layout = createLayout(await makeRoot(root));
  // before anything is written into what may be somebody's directory
  await requireKeeperDirectory(layout);
  const lock = await lockRoot(layout.lock);
  try {
    const known = await requireKeeperDirectory(layout);
    if (known !== undefined && id !== undefined && known.keeperId !== id)
      throw new ReelkeepError(
        'usage',
        `${root} belongs to keeper ${known.keeperId}, not to ${id}: start it without --id, or give another directory`,
      );
    const last = known ?? newIdentity(id);
    const identity = { ...last, incarnation: last.incarnation + 1 };
    await writeIdentity(layout.identity, identity);
    await makeRooms(layout);
    await DeletionLog.make(layout);
    return { layout, identity, lock, place: await RootPlace.find(layout.objects) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function requireKeeperDirectory(layout: Layout): Promise<KeeperIdentity | undefined> {
  const identity = await readIdentity(layout.identity);
  if (identity !== undefined) return identity;
  const strangers = (await readdir(layout.root)).filter((name) => !mayLieInEmptyRoot.has(name));
  if (strangers.length === 0) return undefined;
  throw new ReelkeepError(
    'usage',
    `${layout.root} is not empty and has no keeper.json: give an empty directory, or put keeper.json back if this was a keeper's`,
  );
}

async function makeRooms({ root, objects, staging, quarantine }: Layout): Promise<void> {
  for (const path of [objects, staging, quarantine]) await requireOwnDirectory(path);
  await new DiskSync({ durability: 'strict' }).directory(root);
}

/** Makes the directory unless it is there; a link that would lead out of the root is refused. */
async function requireOwnDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw toDiskError(`making ${path}`, error);
    if ((await lstat(path)).isDirectory()) return;
    throw new ReelkeepError('usage', `${path} is not a directory of this keeper`, { cause: error });
  }
}
