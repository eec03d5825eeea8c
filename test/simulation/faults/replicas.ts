/** Replicas on keepers' disks, as faults of disks choose and name them. */
import type { FileId } from '../../../src/domain/ids.js';
import type { Service } from '../cluster/service.js';
import { objectPath, objectsOn, type SimCluster } from '../cluster/sim-cluster.js';
import type { Arena } from '../story/happening.js';

export interface Replica {
  readonly keeper: Service;
  readonly fileId: FileId;
}

/** From the drawn one on, the first that may be taken. */
export function chooseReplica({ cluster, budget }: Arena, drawn: number): Replica | undefined {
  return fromDrawn(allReplicas(cluster), drawn).find(({ keeper, fileId }) =>
    budget.sparesReplica(keeper, fileId),
  );
}

export interface TwoReplicas extends Replica {
  readonly other: FileId;
}

/** Two replicas on one disk, of which both may be taken. */
export function chooseTwo({ cluster, budget }: Arena, drawn: number): TwoReplicas | undefined {
  for (const { keeper, fileId } of fromDrawn(allReplicas(cluster), drawn)) {
    const other = fromDrawn(objectsOn(keeper), drawn).find((id) =>
      budget.sparesBoth(keeper, fileId, id),
    );
    if (other !== undefined) return { keeper, fileId, other };
  }
  return undefined;
}

export interface ReplicaBytes {
  readonly data: Buffer;
  readonly manifest: Buffer;
}

/** Undefined when it is not a whole replica. */
export function readReplica({ keeper, fileId }: Replica): ReplicaBytes | undefined {
  const path = objectPath(fileId);
  const { disk } = keeper.box;
  const data = disk.written(path.data);
  const manifest = disk.written(path.manifest);
  return data === undefined || manifest === undefined ? undefined : { data, manifest };
}

/** Whether its disk has room for these bytes instead of those that it has: no fault makes a disk larger. */
export function fits(replica: Replica, { data, manifest }: ReplicaBytes): boolean {
  const before = readReplica(replica);
  const freed = before === undefined ? 0 : before.data.length + before.manifest.length;
  return replica.keeper.box.disk.freeBytes + freed >= data.length + manifest.length;
}

export function writeReplica({ keeper, fileId }: Replica, { data, manifest }: ReplicaBytes): void {
  const path = objectPath(fileId);
  keeper.box.disk.replaceBytes(path.data, data);
  keeper.box.disk.replaceBytes(path.manifest, manifest);
}

/** The name of the file in the table, or the beginning of its id. */
export function nameOf(cluster: SimCluster, fileId: FileId): string {
  return cluster.table()?.files.get(fileId)?.name ?? `file ${fileId.slice(0, 6)}`;
}

export const allReplicas = (cluster: SimCluster): readonly Replica[] =>
  cluster.keepers.flatMap((keeper) => objectsOn(keeper).map((fileId) => ({ keeper, fileId })));

/** All of them, the drawn one first. */
function fromDrawn<Item>(items: readonly Item[], drawn: number): readonly Item[] {
  const at = drawn % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}
