/**
 * The master dies in one of its next commits, which is made or lost: the outcome is unknown to
 * everyone. While the commit takes its time, the rest of the process goes on.
 */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';

const restartAfterMs = 1_000;

export const crashInCommit: Happening = {
  kind: 'crash in commit',
  layer: 'table',
  budget: 'within',
  weight: 3,
  params: fc.record({
    isMade: fc.boolean(),
    skipped: fc.nat(8),
    takesMs: fc.constantFrom(0, 1, 10, 100),
  }),
  happen(params, { cluster }) {
    const { master, stage } = cluster;
    const isMade = params['isMade'] === true;
    const takesMs = numberOf(params, 'takesMs');
    const skipped = numberOf(params, 'skipped');
    const crash = (): void => {
      master.kill('killed');
      stage.kernel.after(restartAfterMs, 'restart', () => master.start());
    };
    master.box.tables.failCommit({ isMade, skipped, takesMs, crash });
    return `master: dies after ${takesMs} ms in commit ${skipped + 1} from now, which is ${isMade ? 'made' : 'lost'}`;
  },
};
