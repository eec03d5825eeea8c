/** What a gateway tells to those who look at it. */
import { Exposition } from '../observing/exposition.js';
import type { Observed } from '../observing/observing.js';
import { ClusterSight } from './cluster-sight.js';
import { gatewayFamilies } from './metrics.js';
import type { GatewayWorld } from './world.js';

export function observedGateway(world: Pick<GatewayWorld, 'cluster' | 'counters'>): Observed {
  const sight = new ClusterSight(world.cluster);
  let isMasterThere = false;
  const exposition = new Exposition({
    families: gatewayFamilies(world, () => isMasterThere),
    prepare: async () => {
      isMasterThere = (await sight.look()).master.ok;
    },
  });
  return {
    contentType: exposition.contentType,
    metrics: () => exposition.text(),
    health: {
      live: () => ({ ok: true }),
      // Without the master nobody knows where a film is.
      ready: async () => (await sight.look()).master,
      cluster: async () => (await sight.look()).cluster,
    },
  };
}
