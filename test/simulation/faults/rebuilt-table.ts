/**
 * The master's disk is lost some time after its table was copied, if it ever was: the master is
 * killed, and started with `--rebuild` on the copy or on nothing. Its flag stays set.
 */
import fc from 'fast-check';
import { copyTable, tableDirectory } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const rebuiltTable: Happening = {
  kind: 'rebuilt table',
  layer: 'table',
  budget: 'over',
  weight: 2,
  params: fc.record({
    afterMs: fc.integer({ min: 1, max: 20_000 }),
    /** 0: nothing is left. */
    copies: fc.nat(1),
  }),
  happen(params, { cluster, budget }) {
    const { master, stage } = cluster;
    const { tables } = master.box;
    const durable = tables.durable(tableDirectory);
    if (durable === undefined || budget.isMisplaced(master)) return undefined;
    const copy = numberOf(params, 'copies') === 0 ? undefined : copyTable(durable);
    const afterMs = numberOf(params, 'afterMs');
    stage.kernel.after(afterMs, 'fault', () => {
      if (cluster.isHealing || budget.isMisplaced(master)) return;
      master.kill('killed');
      tables.replace(tableDirectory, copy);
      cluster.rebuilds = true;
      master.start();
      const base = copy === undefined ? 'nothing' : 'the copy';
      stage.trace.tell('table', `master: killed, and started to make its table again on ${base}`);
    });
    return `master: its table is lost in ${seconds(afterMs)}, and made again`;
  },
};
