/** The master dies in its next commit, which is made or lost: the outcome is unknown to everyone. */
import fc from 'fast-check';
import type { Happening } from '../story/happening.js';

export const crashInCommit: Happening = {
  kind: 'crash in commit',
  layer: 'table',
  budget: 'within',
  weight: 2,
  params: fc.record({ isMade: fc.boolean() }),
  happen(params, { cluster }) {
    const fault = params['isMade'] === true ? 'made and not answered' : 'lost';
    cluster.master.box.tables.failNextCommit(fault);
    return `master: its next commit is ${fault}`;
  },
};
