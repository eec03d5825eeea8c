/** Everything between all machines takes longer. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';
import { machinesOf } from './machines.js';

export const slowNetwork: Happening = {
  kind: 'slow network',
  layer: 'network',
  budget: 'within',
  weight: 1,
  params: fc.record({ slowness: fc.constantFrom(3, 30, 300), lastsMs }),
  happen(params, { cluster }) {
    const machines = machinesOf(cluster);
    const { faults } = cluster.stage.network;
    const setAll = (slowness: number): void => {
      for (const { address: from } of machines)
        for (const { address: to } of machines)
          if (from !== to) faults.set({ from, to }, { slowness });
    };
    const slowness = numberOf(params, 'slowness');
    setAll(slowness);
    const howLong = endLater(cluster, params, () => setAll(1));
    return `the network is ${slowness} times slower, ${howLong}`;
  },
};
