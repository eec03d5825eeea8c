/** L1, L4, L6, S53: what a cluster looks like that has nothing left to do, seen from outside and on its disks. */
import { sha256 } from '../processes/films.js';
import { filmBytesOn, namesIn, unlessGone } from './disks.js';
import { filesIn, type ShownFile } from './outcomes.js';
import { notBack, type Resources, readResources } from './resources.js';
import type { SoakStage } from './soak-client.js';

/** Of each server when it had just become ready. */
export type StartingResources = ReadonlyMap<string, Resources>;

/** The first thing that is not at rest, in words; undefined when all is. */
export async function findUnrest(
  stage: SoakStage,
  starting: StartingResources,
): Promise<string | undefined> {
  return (
    (await findTrouble(stage)) ??
    (await findMisplaced(stage)) ??
    (await findExcess(stage, starting))
  );
}

const calm = {
  mode: 'serving',
  belowTarget: 0,
  missing: 0,
  copiesInFlight: 0,
  surplus: 0,
  uploadsInProgress: 0,
  deletionsDue: 0,
} as const;

/** What the cluster itself says is not as it should be. */
async function findTrouble({ cluster }: SoakStage): Promise<string | undefined> {
  const said = await cluster.ask('--json', 'status', '--wait-healthy', '1');
  if (said === undefined) return 'status --wait-healthy does not end well';
  const status = JSON.parse(said) as Record<string, unknown>;
  for (const [key, wanted] of Object.entries(calm))
    if (status[key] !== wanted) return `status says: ${key} ${String(status[key])}`;
  const { alive } = status['keepers'] as { readonly alive: number };
  if (alive !== cluster.keeperNames.length) return `${alive} keepers are alive`;
  const findings = await cluster.ask('fsck');
  if (findings === undefined) return 'fsck does not end well';
  return findings === '' ? undefined : `fsck says: ${findings.trim()}`;
}

/** Each file whole, on as many keepers as its target is; and nothing else on any disk. */
async function findMisplaced(stage: SoakStage): Promise<string | undefined> {
  const { cluster } = stage;
  const listed = await cluster.ask('--json', 'ls');
  if (listed === undefined) return 'ls does not end well';
  const files = filesIn(listed);
  for (const file of files) {
    const fault = await faultOf(file, stage);
    if (fault !== undefined) return `${file.name} (${file.fileId}): ${fault}`;
  }
  const wantedBytes = files.reduce((sum, { size, target }) => sum + size * target, 0);
  const roots = cluster.keeperNames.map((name) => cluster.path(name));
  const sizes = await Promise.all(roots.map(filmBytesOn));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes !== wantedBytes)
    return `${bytes} bytes on the disks, and the files come to ${wantedBytes}`;
  const stored = await Promise.all(roots.map((root) => namesIn(root, 'objects')));
  // A film and its manifest.
  const wantedCount = files.reduce((sum, { target }) => sum + 2 * target, 0);
  const { length } = stored.flat();
  return length === wantedCount ? undefined : `${length} files on the disks, not ${wantedCount}`;
}

async function faultOf(
  { digest, target, replicas }: ShownFile,
  { cluster, contents }: SoakStage,
): Promise<string | undefined> {
  const keepers = new Set(replicas.map(({ keeper }) => keeper));
  if (keepers.size !== target || replicas.some(({ state }) => state !== 'live'))
    return `it should be live on ${target}: ${JSON.stringify(replicas)}`;
  const wanted = contents.withDigest(digest)?.sha256;
  for (const { keeper, path } of replicas) {
    const found = await unlessGone(sha256(cluster.path(keeper, path)));
    if (found === undefined || found !== wanted) return `its replica on ${keeper} has other bytes`;
  }
  return undefined;
}

async function findExcess(
  { cluster }: SoakStage,
  starting: StartingResources,
): Promise<string | undefined> {
  for (const name of cluster.keeperNames)
    for (const room of ['staging', 'quarantine'] as const) {
      const [left] = await namesIn(cluster.path(name), room);
      if (left !== undefined) return `${name} has ${left} in ${room}`;
    }
  for (const [name, start] of starting) {
    const fault = notBack(start, await readResources(cluster.pidOf(name)));
    if (fault !== undefined) return `${name} has ${fault}`;
  }
  return undefined;
}
