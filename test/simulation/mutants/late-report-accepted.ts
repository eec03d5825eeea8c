/** What a keeper said before it died is taken for what it says now. */
import type { Mutant } from './mutant.js';

export const lateReportAccepted: Mutant = {
  name: 'late report of an old incarnation accepted',
  does: 'The master takes whatever a former start of a keeper reported as the word of its present start.',
  breaks: ['S25', 'S23', 'S24', 'S53'],
  patches: [
    {
      file: 'src/actors/master/keeper-directory.ts',
      from: '    if (view === undefined || view.incarnation !== incarnation)',
      to: '    if (view === undefined)',
    },
  ],
};
