/** The master's table is copied, and some time later the master is killed and started on that copy. */
import fc from 'fast-check';
import { copyTable, tableDirectory } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const olderTable: Happening = {
  kind: 'older table',
  layer: 'table',
  budget: 'over',
  weight: 2,
  params: fc.record({
    afterMs: fc.integer({ min: 1, max: 20_000 }),
    /** So many starts of masters are missing in the copy, too. */
    startsMissing: fc.nat(3),
  }),
  happen(params, { cluster, budget }) {
    const { master, stage } = cluster;
    const { tables } = master.box;
    const durable = tables.durable(tableDirectory);
    if (durable === undefined || budget.isMisplaced(master)) return undefined;
    const copy = copyTable(durable);
    copy.epoch = Math.max(0, copy.epoch - numberOf(params, 'startsMissing'));
    const afterMs = numberOf(params, 'afterMs');
    stage.kernel.after(afterMs, 'fault', () => {
      if (cluster.isHealing || budget.isMisplaced(master)) return;
      master.kill('killed');
      tables.replace(tableDirectory, copy);
      master.start();
      stage.trace.tell('table', 'master: killed, and started on the older copy of its table');
    });
    return `master: its table is copied, to be put back in ${seconds(afterMs)}`;
  },
};
