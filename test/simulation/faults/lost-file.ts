/** The data of a replica vanishes from its directory, or its manifest, or both. */
import fc from 'fast-check';
import { objectPath } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { chooseReplica, nameOf } from './replicas.js';

export const lostFile: Happening = {
  kind: 'lost file',
  layer: 'disk',
  budget: 'within',
  weight: 3,
  params: fc.record({
    replica: fc.nat(999),
    what: fc.constantFrom('data', 'manifest', 'data and manifest'),
  }),
  happen(params, arena) {
    const replica = chooseReplica(arena, numberOf(params, 'replica'));
    if (replica === undefined) return undefined;
    const { cluster } = arena;
    const { keeper, fileId } = replica;
    const { disk } = keeper.box;
    const { what } = params;
    const path = objectPath(fileId);
    if (what !== 'manifest') disk.lose(path.data);
    if (what !== 'data') disk.lose(path.manifest);
    cluster.damage.damage(keeper.name, fileId, cluster.nowMs);
    return `${keeper.name}: ${nameOf(cluster, fileId)} loses its ${what}`;
  },
};
