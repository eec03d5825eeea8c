/** A keeper that has come back surely has what it had. */
import type { Mutant } from './mutant.js';

export const unverifiedCountedForATrim: Mutant = {
  name: 'unverified counted for a trim',
  does: 'Surplus is dropped on the strength of replicas that the present start of their keeper has not vouched for: both the plan and the guard in the table count them.',
  breaks: ['S27', 'S23', 'S1'],
  patches: [
    {
      file: 'src/domain/replication-plan.ts',
      from: '  { live, unwanted }: Census,',
      to: '  { live, awaited, stale, unwanted }: Census,',
    },
    {
      file: 'src/domain/replication-plan.ts',
      from: '  if (firm.length <= file.target) return undefined;',
      to: `  const counted = [...live, ...awaited, ...stale];
  if (counted.length <= file.target) return undefined;`,
    },
    {
      file: 'src/domain/replication-plan.ts',
      from: '  const [extra, ...staying] = firm.toSorted(',
      to: '  const [extra] = firm.toSorted(',
    },
    {
      file: 'src/domain/replication-plan.ts',
      from: '  if (extra === undefined) return undefined;',
      to: `  if (extra === undefined) return undefined;
  const staying = counted.filter(({ keeper }) => keeper !== extra.keeper);`,
    },
    {
      file: 'src/domain/drop-guard.ts',
      from: '    if (replica.incarnation !== start.incarnation || current(start.keeper) !== start.incarnation)',
      to: '    if (current(start.keeper) === undefined)',
    },
    {
      file: 'src/actors/master/verify-before-drop.ts',
      from: '      return await this.#findSound(drop, giveUp.signal);',
      to: '      return drop.staying;',
    },
  ],
};
