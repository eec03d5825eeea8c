/** Two replicas on one disk change places, with their manifests or without. */
import fc from 'fast-check';
import { objectPath } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { chooseTwo, nameOf, readReplica } from './replicas.js';

export const swappedReplicas: Happening = {
  kind: 'swapped replicas',
  layer: 'disk',
  budget: 'within',
  weight: 2,
  params: fc.record({ replica: fc.nat(999), withManifest: fc.boolean() }),
  happen(params, arena) {
    const two = chooseTwo(arena, numberOf(params, 'replica'));
    if (two === undefined) return undefined;
    const { cluster } = arena;
    const { keeper, fileId, other } = two;
    const parts = [readReplica(two), readReplica({ keeper, fileId: other })];
    if (parts.includes(undefined)) return undefined;
    const { disk } = keeper.box;
    const withManifest = params['withManifest'] === true;
    const [one, another] = [objectPath(fileId), objectPath(other)];
    disk.swap(one.data, another.data);
    if (withManifest) disk.swap(one.manifest, another.manifest);
    for (const id of [fileId, other]) cluster.damage.damage(keeper.name, id, cluster.nowMs);
    const names = `${nameOf(cluster, fileId)} and ${nameOf(cluster, other)}`;
    return `${keeper.name}: ${names} change places, ${withManifest ? 'with' : 'without'} manifests`;
  },
};
