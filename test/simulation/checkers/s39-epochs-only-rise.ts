/** S39: a keeper never serves a master of a lower epoch than one that it has obeyed. */
import type { MonitorMessage } from '../../../src/actors/heartbeat-monitor/messages.js';
import { keeperRoot, type SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';

export function epochsOnlyRise(cluster: SimCluster): Checker {
  return {
    invariant: 'S39',
    thread({ thread, direction, message }) {
      if (thread !== 'heartbeat-mon' || direction !== 'in') return;
      const heard = message as MonitorMessage;
      if (heard.type !== 'reported') return;
      const keeper = cluster.keeperOf(heard.keeper);
      const text = keeper?.box.disk.written(`${keeperRoot}/keeper.json`)?.toString() ?? '';
      const seen = Number(/"highestEpoch": ?(\d+)/.exec(text)?.[1] ?? 0);
      const epoch = cluster.table()?.epoch ?? 0;
      if (seen > epoch)
        cluster.report('S39', `${heard.keeper} obeys epoch ${epoch}, and has seen epoch ${seen}`);
    },
  };
}
