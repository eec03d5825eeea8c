/** Right, but not in time. */
import type { Mutant } from './mutant.js';

export const lossDeclaredLate: Mutant = {
  name: 'loss declared 50 ms late',
  does: 'A keeper is called lost 50 ms later than its silence, or its broken stream and refusing port, allow.',
  breaks: ['L1'],
  patches: [
    {
      file: 'src/domain/liveness.ts',
      from: '  if (silenceMs >= limits.lostAfterMs)',
      to: '  if (silenceMs >= limits.lostAfterMs + 50)',
    },
    {
      file: 'src/domain/liveness.ts',
      from: 'now - brokenSince >= limits.brokenAfterMs)',
      to: 'now - brokenSince >= limits.brokenAfterMs + 50)',
    },
  ],
};
