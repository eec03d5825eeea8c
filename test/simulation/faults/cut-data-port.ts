/** A keeper's heartbeats pass, but no data from it or to it. */
import fc from 'fast-check';
import { keeperPort } from '../cluster/sim-cluster.js';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';
import { machinesOf } from './machines.js';

export const cutDataPort: Happening = {
  kind: 'cut data port',
  layer: 'network',
  budget: 'within',
  weight: 2,
  params: fc.record({
    keeper: fc.nat(8),
    ways: fc.constantFrom('both', 'both', 'out', 'in'),
    lastsMs,
  }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const { address: own } = keeper.box;
    const { ways } = params;
    const links = machinesOf(cluster)
      .filter(({ address }) => address !== own)
      .flatMap(({ address }) => [
        ...(ways === 'in' ? [] : [{ from: own, to: address, port: keeperPort }]),
        ...(ways === 'out' ? [] : [{ from: address, to: own, port: keeperPort }]),
      ]);
    const { faults } = cluster.stage.network;
    for (const link of links) faults.set(link, { isCut: true });
    const howLong = endLater(cluster, params, () => {
      for (const link of links) faults.set(link, { isCut: false });
    });
    const direction = ways === 'both' ? 'no data does' : `no data gets ${String(ways)}`;
    return `${keeper.name}: heartbeats pass and ${direction}, ${howLong}`;
  },
};
