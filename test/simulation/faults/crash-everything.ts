/** Every machine of the cluster loses power at the same instant, and comes back, each in its own time. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';

export const crashEverything: Happening = {
  kind: 'crash everything',
  layer: 'process',
  budget: 'within',
  weight: 1,
  params: fc.record({ downMs: fc.integer({ min: 1, max: 8_000 }) }),
  happen(params, { cluster }) {
    const { keepers, master, stage } = cluster;
    const downMs = numberOf(params, 'downMs');
    for (const service of [master, ...keepers]) {
      service.kill('power cut');
      const ownMs = stage.chance.between(1, downMs);
      stage.kernel.after(ownMs, 'restart', () => service.start());
    }
    return `everything: power cut, up to ${downMs} ms`;
  },
};
