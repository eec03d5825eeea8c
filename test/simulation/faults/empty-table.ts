/**
 * The master is killed and started without its table, which is put back after a while. A keeper
 * that was new to both took the cluster that was founded meanwhile for its own, and is emptied.
 */
import fc from 'fast-check';
import type { ClusterId } from '../../../src/domain/ids.js';
import type { Service } from '../cluster/service.js';
import { keeperRoot, tableDirectory } from '../cluster/sim-cluster.js';
import { type Arena, type Happening, numberOf } from '../story/happening.js';
import { startOn } from './directories.js';
import { passesMs } from './lasting.js';
import { seconds } from './seconds.js';

export const emptyTable: Happening = {
  kind: 'empty table',
  layer: 'table',
  budget: 'over',
  weight: 1,
  params: fc.record({ lastsMs: passesMs }),
  happen(params, arena) {
    const { cluster, budget } = arena;
    const { master, stage } = cluster;
    const { tables } = master.box;
    const own = tables.durable(tableDirectory);
    if (own === undefined || budget.isMisplaced(master)) return undefined;
    const startWith = (table: typeof own | undefined): void => {
      master.kill('killed');
      tables.replace(tableDirectory, table);
      master.start();
    };
    const foundAgain = budget.misplace(master);
    startWith(undefined);
    const ms = numberOf(params, 'lastsMs');
    stage.kernel.after(ms, 'fault ends', () => {
      startWith(own);
      foundAgain();
      emptyForeign(arena, own.clusterId);
    });
    return `master: killed, and started without its table, for ${seconds(ms)}`;
  },
};

function emptyForeign({ cluster, budget }: Arena, own: ClusterId): void {
  for (const keeper of cluster.keepers) {
    const found = clusterOf(keeper);
    if (found === undefined || found === own || budget.isMisplaced(keeper)) continue;
    startOn(keeper, 'empty');
    cluster.damage.wipe(keeper.name, cluster.nowMs);
    cluster.stage.trace.tell('identity', `${keeper.name}: killed, and started on an empty disk`);
  }
}

function clusterOf({ box }: Service): string | undefined {
  const text = box.disk.written(`${keeperRoot}/keeper.json`)?.toString();
  return /"clusterId": "([^"]+)"/.exec(text ?? '')?.[1];
}
