/** Looks whether a name is free, and later takes it without looking. */
import type { Mutant } from './mutant.js';

export const nameInTwoSteps: Mutant = {
  name: 'name checked and then written in two steps',
  does: 'An upload reserves nothing: its name is looked up when it begins and written when it is committed, over whatever has the name by then.',
  breaks: ['S16', 'S18', 'S1'],
  patches: [
    {
      file: 'src/actors/lookup-table/uploads/behavior.ts',
      from: '  if (turn.get(reservationKey(name)) !== undefined)',
      to: '  if (turn.get(reservationKey(name))?.uploadId === uploadId)',
    },
    {
      file: 'src/actors/lookup-table/stores/behavior.ts',
      from: '    assert(upload.replace, ',
      to: `    assert(upload.phase === 'reserved', `,
    },
  ],
};
