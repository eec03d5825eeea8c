/** The data of a replica loses its end. */
import fc from 'fast-check';
import { objectPath } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { chooseReplica, nameOf } from './replicas.js';

export const truncatedData: Happening = {
  kind: 'truncated data',
  layer: 'disk',
  budget: 'within',
  weight: 2,
  params: fc.record({
    replica: fc.nat(999),
    keptPercent: fc.oneof(fc.constant(0), fc.constant(99), fc.nat(99)),
  }),
  happen(params, arena) {
    const replica = chooseReplica(arena, numberOf(params, 'replica'));
    if (replica === undefined) return undefined;
    const { cluster } = arena;
    const { keeper, fileId } = replica;
    const { disk } = keeper.box;
    const { data } = objectPath(fileId);
    const length = disk.written(data)?.length ?? 0;
    if (length === 0) return undefined;
    const left = Math.floor((length * numberOf(params, 'keptPercent')) / 100);
    disk.truncate(data, left);
    cluster.damage.damage(keeper.name, fileId, cluster.nowMs);
    return `${keeper.name}: of ${nameOf(cluster, fileId)} ${left} of ${length} bytes are left`;
  },
};
