/** Some machines are cut off from the rest, in both directions or in one. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';
import { listNames, machinesMax, machinesOf } from './machines.js';

const told: Readonly<Record<string, string>> = {
  both: 'and the rest cannot reach each other',
  out: 'cannot reach the rest, but hear it',
  in: 'do not hear the rest, but reach it',
};

export const partition: Happening = {
  kind: 'partition',
  layer: 'network',
  budget: 'within',
  weight: 3,
  params: fc.record({
    /** A bit for each machine. */
    side: fc.oneof(
      fc.nat(2 ** machinesMax - 1),
      fc.nat(machinesMax - 1).map((machine) => 2 ** machine),
    ),
    ways: fc.constantFrom('both', 'both', 'out', 'in'),
    lastsMs,
  }),
  happen(params, { cluster }) {
    const machines = machinesOf(cluster);
    const side = numberOf(params, 'side');
    const isInside = (at: number): boolean => (side & (1 << at)) !== 0;
    const inside = machines.filter((_, at) => isInside(at));
    const outside = machines.filter((_, at) => !isInside(at));
    if (inside.length === 0 || outside.length === 0) return undefined;
    const { ways } = params;
    const links = inside.flatMap(({ address: one }) =>
      outside.flatMap(({ address: other }) => [
        ...(ways === 'in' ? [] : [{ from: one, to: other }]),
        ...(ways === 'out' ? [] : [{ from: other, to: one }]),
      ]),
    );
    const { faults } = cluster.stage.network;
    for (const link of links) faults.set(link, { isCut: true });
    const howLong = endLater(cluster, params, () => {
      for (const link of links) faults.set(link, { isCut: false });
    });
    return `${listNames(inside)} ${told[String(ways)]}, ${howLong}`;
  },
};
