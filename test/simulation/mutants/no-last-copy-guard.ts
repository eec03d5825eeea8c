/** More rows than wanted are more copies than wanted. */
import type { Mutant } from './mutant.js';

export const noLastCopyGuard: Mutant = {
  name: 'no last-copy guard',
  does: 'Surplus is counted by rows, whatever became of their keepers and bytes, and the table agrees to every drop: a live copy goes because of others that are lost.',
  breaks: ['S27', 'S1', 'L1'],
  patches: [
    {
      file: 'src/domain/replica-census.ts',
      from: 'surplus: Math.max(0, present - file.target),',
      to: 'surplus: Math.max(0, file.replicas.length - file.target),',
    },
    {
      file: 'src/domain/replication-plan.ts',
      from: '  if (firm.length <= file.target) return undefined;',
      to: '  if (file.replicas.length <= file.target) return undefined;',
    },
    {
      file: 'src/domain/drop-guard.ts',
      from: '  for (const start of staying) {',
      to: `  if (replicaOf(file, drop.keeper)?.standing === 'sound') return { agreed: true };
  for (const start of staying) {`,
    },
    {
      file: 'src/actors/master/verify-before-drop.ts',
      from: '      return await this.#findSound(drop, giveUp.signal);',
      to: '      return drop.staying;',
    },
  ],
};
