/** A bit in the data of a replica flips, and nobody is told. */
import fc from 'fast-check';
import { objectPath } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { chooseReplica, nameOf } from './replicas.js';

export const flippedBit: Happening = {
  kind: 'flipped bit',
  layer: 'disk',
  budget: 'within',
  weight: 3,
  params: fc.record({ replica: fc.nat(999), offset: fc.nat(999_999), bit: fc.nat(7) }),
  happen(params, arena) {
    const replica = chooseReplica(arena, numberOf(params, 'replica'));
    if (replica === undefined) return undefined;
    const { cluster } = arena;
    const { keeper, fileId } = replica;
    const { disk } = keeper.box;
    const { data } = objectPath(fileId);
    const length = disk.written(data)?.length ?? 0;
    if (length === 0) return undefined;
    const offset = numberOf(params, 'offset') % length;
    disk.flipBit(data, offset, numberOf(params, 'bit'));
    cluster.damage.damage(keeper.name, fileId, cluster.nowMs);
    return `${keeper.name}: a bit of byte ${offset} of ${nameOf(cluster, fileId)} flips`;
  },
};
