/** After so many bytes, connections carry nothing more in one direction, and nobody is told. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';
import { aWay, chooseWay } from './machines.js';

export const stopAfterBytes: Happening = {
  kind: 'stop after bytes',
  layer: 'network',
  budget: 'within',
  weight: 2,
  params: fc.record({
    ...aWay,
    bytes: fc.oneof(fc.nat(200), fc.nat(10_000), fc.nat(200_000)),
    lastsMs,
  }),
  happen(params, { cluster }) {
    const way = chooseWay(cluster, params);
    if (way === undefined) return undefined;
    const { faults } = cluster.stage.network;
    const bytes = numberOf(params, 'bytes');
    faults.set(way.link, { stopAfterBytes: bytes });
    const howLong = endLater(cluster, params, () =>
      faults.set(way.link, { stopAfterBytes: Number.POSITIVE_INFINITY }),
    );
    return `${way.told}: connections stall after ${bytes} bytes, ${howLong}`;
  },
};
