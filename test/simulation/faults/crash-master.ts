/** The master's process dies at once and is started again; its table keeps what was committed. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const crashMaster: Happening = {
  kind: 'crash master',
  layer: 'process',
  budget: 'within',
  weight: 3,
  params: fc.record({ powerCut: fc.boolean(), downMs: fc.integer({ min: 1, max: 15_000 }) }),
  happen(params, { cluster }) {
    const { master, stage } = cluster;
    if (!master.isUp) return undefined;
    const ending = params['powerCut'] === true ? 'power cut' : 'killed';
    const downMs = numberOf(params, 'downMs');
    master.kill(ending);
    stage.kernel.after(downMs, 'restart', () => master.start());
    return `master: ${ending}, for ${seconds(downMs)}`;
  },
};
