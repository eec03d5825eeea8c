/** The table that is there is the table. */
import type { Mutant } from './mutant.js';

export const noSafeMode: Mutant = {
  name: 'no safe mode',
  does: 'The master trusts whatever table it finds from its start on, and keepers delete for it though they have seen a newer one: what the table does not know is garbage.',
  breaks: ['S26', 'S1', 'S24'],
  patches: [
    {
      file: 'src/domain/trust.ts',
      from: '  const { known, reported, ahead, base } = evidence;',
      to: `  const { known, reported, ahead, base } = evidence;
  if (known >= 0) return { trust: 'whole' };`,
    },
    {
      file: 'src/actors/keeper/keeper-parts.ts',
      from: '() => memory.isCaughtUp',
      to: '() => true',
    },
  ],
};
