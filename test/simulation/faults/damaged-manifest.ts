/** The manifest of a replica is damaged: a bit flips, or its end is gone. */
import fc from 'fast-check';
import { objectPath } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { chooseReplica, nameOf } from './replicas.js';

export const damagedManifest: Happening = {
  kind: 'damaged manifest',
  layer: 'disk',
  budget: 'within',
  weight: 3,
  params: fc.record({
    replica: fc.nat(999),
    how: fc.constantFrom('flip', 'truncation', 'short'),
    offset: fc.nat(9_999),
    bit: fc.nat(7),
  }),
  happen(params, arena) {
    const replica = chooseReplica(arena, numberOf(params, 'replica'));
    if (replica === undefined) return undefined;
    const { cluster } = arena;
    const { keeper, fileId } = replica;
    const { disk } = keeper.box;
    const { manifest } = objectPath(fileId);
    const length = disk.written(manifest)?.length ?? 0;
    if (length === 0) return undefined;
    const offset = numberOf(params, 'offset') % length;
    cluster.damage.damage(keeper.name, fileId, cluster.nowMs);
    const which = `${keeper.name}: the manifest of ${nameOf(cluster, fileId)}`;
    if (params['how'] !== 'flip') {
      // Short: what is cut off are digests of chunks, and the checksum.
      const left = params['how'] === 'short' ? Math.max(0, length - 1 - (offset % 96)) : offset;
      disk.truncate(manifest, left);
      return `${which} has only ${left} bytes left`;
    }
    disk.flipBit(manifest, offset, numberOf(params, 'bit'));
    return `${which} has a bit of byte ${offset} flipped`;
  },
};
