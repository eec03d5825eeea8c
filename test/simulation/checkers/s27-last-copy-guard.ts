/**
 * S7, S24, S26, S27: bytes of a file that lives leave a disk only while its target is met by sound
 * replicas on other keepers, and bytes of a file that was committed leave one only after it was
 * deleted. The table agrees to no drop but on the word of the present starts of those keepers.
 */
import type { FileRecord, ReplicaStanding } from '../../../src/domain/file-record.js';
import type { FileId, KeeperId } from '../../../src/domain/ids.js';
import type { SeenInTerm } from '../../../src/domain/term-line.js';
import type { Content } from '../cluster/content.js';
import type { Service } from '../cluster/service.js';
import { keeperRoot, type SimCluster } from '../cluster/sim-cluster.js';
import type { TableReading } from '../cluster/table-reading.js';
import type { Checker } from './checker.js';
import { FileLives } from './file-lives.js';

export function lastCopyGuard(cluster: SimCluster): Checker {
  const lives = new FileLives();
  return {
    invariant: 'S27',
    committed(before, after) {
      lives.note(before, after);
      if (before !== undefined) judgeAgreements(cluster, before, after);
    },
    removing(keeper, path) {
      const removal = parseRemoval(path);
      if (removal === undefined) return;
      const { fileId } = removal;
      const file = cluster.table()?.files.get(fileId);
      // It lives in an older table that was put back; the order to delete it came before.
      if (cluster.tableWasReplaced && lives.deleted.has(fileId)) return;
      if (file !== undefined) judgeDrop(cluster, file, { keeper, ...removal });
      // What never counted was on its way, and was given up.
      else if (!lives.hasCounted(keeper.name, fileId)) return;
      else if (!lives.deleted.has(fileId) && remembers(cluster, keeper, lives.born.get(fileId)))
        cluster.report(
          'S26',
          `${keeper.name} destroys ${lives.committed.get(fileId)}, which nobody deleted`,
        );
    },
  };
}

/** Whatever else happened in the same commit came before the agreement or after it. */
function judgeAgreements(cluster: SimCluster, before: TableReading, after: TableReading): void {
  for (const file of after.files.values()) {
    const was = before.files.get(file.fileId);
    if (was === undefined) continue;
    const leaving = newlyDropping(was, file);
    const staying = new Set([...vouchedFor(before, was), ...vouchedFor(after, file)]);
    for (const keeper of leaving) staying.delete(keeper);
    if (leaving.length > 0 && staying.size < file.target)
      cluster.report(
        'S27',
        `the table lets ${leaving.join(' and ')} drop ${file.name}, and ${staying.size} of ${file.target} others are vouched for by present starts`,
      );
  }
}

const newlyDropping = (was: FileRecord, file: FileRecord): readonly KeeperId[] =>
  file.replicas
    .filter((row) => row.standing === 'dropping' && standingOf(was, row.keeper) === 'sound')
    .map((row) => row.keeper);

const standingOf = (file: FileRecord, keeper: KeeperId): ReplicaStanding | undefined =>
  file.replicas.find((row) => row.keeper === keeper)?.standing;

/** By the present starts of the keepers. */
const vouchedFor = ({ keepers }: TableReading, { replicas }: FileRecord): readonly KeeperId[] =>
  replicas
    .filter((row) => row.standing === 'sound')
    .filter((row) => keepers.get(row.keeper)?.incarnation === row.incarnation)
    .map((row) => row.keeper);

/** Of a table that was replaced by an older one, only who has seen more can know that it is older. */
function remembers(
  cluster: SimCluster,
  { box: { disk } }: Service,
  born: SeenInTerm | undefined,
): boolean {
  if (!cluster.tableWasReplaced || born === undefined) return true;
  const text = disk.written(`${keeperRoot}/keeper.json`)?.toString() ?? '{}';
  const terms: readonly SeenInTerm[] = JSON.parse(text).terms ?? [];
  return terms.some(({ termId, commit }) => termId === born.termId && commit >= born.commit);
}

interface Removal {
  readonly place: 'objects' | 'quarantine';
  readonly fileId: FileId;
}

function parseRemoval(path: string): Removal | undefined {
  const [place, ...rest] = path.slice(keeperRoot.length + 1).split('/');
  const name = rest.at(-1) ?? '';
  if ((place !== 'objects' && place !== 'quarantine') || !name.endsWith('.mp4')) return undefined;
  return { place, fileId: name.slice(0, -'.mp4'.length) as FileId };
}

function judgeDrop(
  cluster: SimCluster,
  file: FileRecord,
  { keeper, place }: Removal & { readonly keeper: Service },
): void {
  const content = cluster.contentOf(file.digest);
  if (content === undefined) return;
  if (place === 'objects' && !isReplica(cluster, keeper, file, content)) return;
  const staying = cluster.keepers.filter((other) => {
    if (other === keeper && place === 'objects') return false;
    if (cluster.isExcused(other, file.fileId)) return true;
    return cluster.replica(other, file.fileId, content, 'written') === 'sound';
  });
  if (staying.length >= file.target) return;
  cluster.report(
    place === 'quarantine' ? 'S7' : 'S27',
    `${keeper.name} destroys ${file.name} in ${place}, and ${staying.length} of ${file.target} sound ones stay`,
  );
}

/** Nobody rests on what the table never heard of, or on half a replica. */
function isReplica(
  cluster: SimCluster,
  keeper: Service,
  file: FileRecord,
  content: Content,
): boolean {
  if (!file.replicas.some((row) => row.keeper === keeper.name)) return false;
  const truth = cluster.replica(keeper, file.fileId, content, 'written');
  return truth === 'sound' || truth === 'damaged';
}
