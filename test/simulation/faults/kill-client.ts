/** A client dies in the midst of whatever it does, and never hears how that ended. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';

export const killClient: Happening = {
  kind: 'kill client',
  layer: 'client',
  budget: 'within',
  weight: 2,
  params: fc.record({ client: fc.nat(3) }),
  happen(params, { cluster }) {
    const client = choose(cluster.clients, numberOf(params, 'client'));
    if (client === undefined || client.underWay === 0) return undefined;
    client.kill();
    return `${client.name}: dies`;
  },
};
