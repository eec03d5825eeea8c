/** What a cluster that has nothing left to do looks like, from outside. */
import type { FileRecord } from '../../../src/domain/file-record.js';
import type { FileId } from '../../../src/domain/ids.js';
import type { Service } from '../cluster/service.js';
import { keeperRoot, type SimCluster } from '../cluster/sim-cluster.js';

/** The first thing that is not at rest, in words; undefined when all is. */
export function findUnrest(cluster: SimCluster): string | undefined {
  const table = cluster.table();
  if (table === undefined) return 'there is no table';
  const ready = cluster.keepers.filter((keeper) => keeper.isReady);
  const fitFor = (size: number) => ready.filter((keeper) => hasRoom(keeper, size)).length;
  // One that has its file waits for as many replicas as its client wanted, if there is room for them.
  const upload = table.uploads.find(
    ({ phase, size, acks }) => phase === 'reserved' || fitFor(size) >= acks,
  );
  if (upload !== undefined) return `the upload of ${upload.name} is still ${upload.phase}`;
  const unmet = findUnmet(cluster, ready);
  if (unmet !== undefined) return unmet;
  for (const keeper of ready) {
    const excess = findExcess(cluster, keeper);
    if (excess !== undefined) return excess;
    const owing = [...table.tombstones.values()].find((dead) =>
      dead.holders.some((holder) => holder === keeper.name),
    );
    if (owing !== undefined) return `the tombstone of ${owing.fileId} waits for ${keeper.name}`;
  }
  return undefined;
}

/**
 * L1, L6: the first file that has not as many live replicas as it can have on these keepers, or
 * has more. `at least`: others that run count, too, and a file of which these have nothing waits.
 */
export function findUnmet(
  cluster: SimCluster,
  keepers: readonly Service[],
  allowed: 'exactly' | 'at least' = 'exactly',
): string | undefined {
  const running = cluster.keepers.filter((keeper) => keeper.isReady);
  const counting = allowed === 'exactly' ? keepers : running;
  for (const file of cluster.table()?.files.values() ?? []) {
    const content = cluster.contentOf(file.digest);
    if (content === undefined) return `${file.name} has a digest that nobody knows`;
    const hasIt = (keeper: Service): boolean =>
      cluster.replica(keeper, file.fileId, content, 'written') === 'sound';
    // Nothing to copy from among these.
    if (allowed === 'at least' && !keepers.some(hasIt)) continue;
    // Those on which there is no room for one more are of no use.
    const fit = keepers.filter((keeper) => hasIt(keeper) || hasRoom(keeper, file.size));
    // What is damaged on a disk that cannot be read is found by nobody.
    const holding = counting.filter((keeper) => hasIt(keeper) || !canBeRead(cluster, keeper));
    const unmet = judgeRows(file, holding, fit.length, allowed);
    if (unmet !== undefined) return unmet;
  }
  return undefined;
}

/** L9: the first replica that counts on one of these keepers, and is not what it should be there. */
export function findRot(cluster: SimCluster, keepers: readonly Service[]): string | undefined {
  for (const { fileId, name, digest, replicas } of cluster.table()?.files.values() ?? [])
    for (const { keeper: id, standing } of replicas) {
      const keeper = keepers.find((one) => one.name === id);
      const content = cluster.contentOf(digest);
      if (standing !== 'sound' || keeper === undefined || content === undefined) continue;
      const truth = cluster.replica(keeper, fileId, content, 'written');
      if (truth !== 'sound') return `${name} is ${truth} on ${id}, which nobody has found`;
    }
  return undefined;
}

export function canBeRead({ suspectDisks }: SimCluster, { name, box: { disk } }: Service): boolean {
  const { stuck, unmounted, isFailing } = disk.faults;
  return !stuck && !unmounted && !isFailing && !suspectDisks.has(name);
}

function judgeRows(
  { name, replicas, target }: FileRecord,
  sound: readonly Service[],
  fit: number,
  allowed: 'exactly' | 'at least',
): string | undefined {
  const holders: ReadonlySet<string> = new Set(sound.map((keeper) => keeper.name));
  const counted = replicas.filter((row) => row.standing === 'sound' && holders.has(row.keeper));
  const wanted = Math.min(target, fit);
  // Without room for its target a file keeps its bad bytes.
  const kept = wanted < target ? counted : replicas;
  if (counted.length >= wanted && (allowed === 'at least' || kept.length <= wanted))
    return undefined;
  const rows = replicas.map((row) => `${row.keeper} ${row.standing}`).join(', ');
  return `${name} has ${counted.length} of ${wanted} replicas (${rows})`;
}

/** With what the manifest and its directory take. */
const hasRoom = ({ box }: Service, size: number): boolean =>
  box.disk.freeBytes > size + besideBytes;

const besideBytes = 20_000;

/** S53, L4: the first thing on a keeper's disk that the table does not know. */
function findExcess(cluster: SimCluster, keeper: Service): string | undefined {
  const { disk } = keeper.box;
  const files = cluster.table()?.files;
  // What a fault made of bytes that nobody wants any more is found at the keeper's next start.
  const isSpoilt = (name: string): boolean =>
    !files?.has(fileIdOf(name)) &&
    (cluster.leftBehind.has(keeper.name) || cluster.damage.isDamaged(keeper.name, fileIdOf(name)));
  // Bad bytes stay until the target is met, for which there may be too few keepers or too little room.
  const mayStay = (name: string): boolean => isBelowTarget(files?.get(fileIdOf(name)));
  const isKnown = (name: string): boolean =>
    files?.get(fileIdOf(name))?.replicas.some((row) => row.keeper === keeper.name) ?? false;

  const staged = disk.list(`${keeperRoot}/staging`)[0];
  if (staged !== undefined && !cluster.leftBehind.has(keeper.name))
    return `${keeper.name} has ${staged} in staging`;
  const aside = disk
    .list(`${keeperRoot}/quarantine`)
    .find((name) => !mayStay(name) && !isSpoilt(name));
  if (aside !== undefined) return `${keeper.name} has ${aside} in quarantine`;
  const stranger = objectsOn(keeper).find((name) => !isKnown(name) && !isSpoilt(name));
  if (stranger === undefined) return undefined;
  return `${keeper.name} has ${stranger}, of which the table knows nothing there`;
}

const isBelowTarget = (file: FileRecord | undefined): boolean =>
  file !== undefined &&
  file.replicas.filter(({ standing }) => standing === 'sound').length < file.target;

const objectsOn = ({ box: { disk } }: Service): readonly string[] =>
  disk
    .list(`${keeperRoot}/objects`)
    .flatMap((bucket) => disk.list(`${keeperRoot}/objects/${bucket}`));

const fileIdOf = (name: string): FileId => name.split('.')[0] as FileId;
