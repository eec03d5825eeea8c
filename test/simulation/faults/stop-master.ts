/** The master is stopped as an operator stops it, with SIGTERM, and started again. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const stopMaster: Happening = {
  kind: 'stop master',
  layer: 'process',
  budget: 'within',
  weight: 1,
  params: fc.record({ downMs: fc.integer({ min: 1, max: 15_000 }) }),
  happen(params, { cluster }) {
    const { master, stage } = cluster;
    if (!master.isReady) return undefined;
    const downMs = numberOf(params, 'downMs');
    master.stop();
    stage.kernel.after(downMs, 'restart', () => master.start());
    return `master: SIGTERM, started again after ${seconds(downMs)}`;
  },
};
