/**
 * A replica of a file that was deleted lies on a disk again, whole: it was copied while the file
 * lived, and is put back while the keeper is down, as a restored backup does.
 */
import fc from 'fast-check';
import { objectPath } from '../cluster/sim-cluster.js';
import { type Arena, choose, type Happening, numberOf } from '../story/happening.js';
import {
  allReplicas,
  fits,
  nameOf,
  type Replica,
  type ReplicaBytes,
  readReplica,
  writeReplica,
} from './replicas.js';
import { seconds } from './seconds.js';

const lookAgainMs = 500;

export const staleReplica: Happening = {
  kind: 'stale replica',
  layer: 'disk',
  budget: 'within',
  weight: 3,
  params: fc.record({
    replica: fc.nat(999),
    afterMs: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1_000, max: 20_000 })),
    downMs: fc.integer({ min: 1, max: 3_000 }),
  }),
  happen(params, arena) {
    const { cluster } = arena;
    const replica = choose(allReplicas(arena.cluster), numberOf(params, 'replica'));
    const bytes = replica && readReplica(replica);
    if (replica === undefined || bytes === undefined) return undefined;
    const { keeper, fileId } = replica;
    if (cluster.table()?.files.has(fileId) !== true) return undefined;
    const name = nameOf(cluster, fileId);
    const afterMs = numberOf(params, 'afterMs');
    const downMs = numberOf(params, 'downMs');
    whenDeleted(arena, replica, () => {
      cluster.stage.kernel.after(afterMs, 'fault', () => {
        if (putBack(arena, replica, bytes, downMs))
          cluster.stage.trace.tell(
            'disk',
            `${keeper.name}: killed, for ${seconds(downMs)}; meanwhile ${name} is put back`,
          );
      });
    });
    return `${keeper.name}: ${name} is copied, to be put back ${seconds(afterMs)} after its end`;
  },
};

/** Waits as long as the faults last. */
function whenDeleted({ cluster, budget }: Arena, { keeper, fileId }: Replica, then: () => void) {
  const look = (): void => {
    if (cluster.isHealing) return;
    const isDeleted = cluster.table()?.files.has(fileId) === false;
    const isGone = keeper.box.disk.written(objectPath(fileId).data) === undefined;
    if (isDeleted && isGone && !budget.isMisplaced(keeper)) then();
    else cluster.stage.kernel.after(lookAgainMs, 'fault', look);
  };
  look();
}

function putBack(arena: Arena, replica: Replica, bytes: ReplicaBytes, downMs: number): boolean {
  const { cluster, budget } = arena;
  const { keeper, fileId } = replica;
  if (cluster.isHealing || budget.isMisplaced(keeper) || !fits(replica, bytes)) return false;
  keeper.kill('killed');
  writeReplica(replica, bytes);
  cluster.damage.damage(keeper.name, fileId, cluster.nowMs);
  cluster.stage.kernel.after(downMs, 'restart', () => keeper.start());
  return true;
}
