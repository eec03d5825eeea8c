/** One master is as good as another. */
import type { Mutant } from './mutant.js';

export const epochIgnored: Mutant = {
  name: 'epoch ignored',
  does: 'Keepers register with, obey and honour tickets of a master whose epoch is lower than one they have seen, and a master neither compares epochs with its keepers nor minds reports of another term.',
  breaks: ['S39', 'S40', 'S26', 'S35'],
  patches: [
    {
      file: 'src/actors/keeper/master-link.ts',
      from: '    if (registered.epoch < highestEpoch)',
      to: '    if (registered.epoch < 0)',
    },
    {
      file: 'src/actors/keeper/master-link.ts',
      from: 'if (this.#session !== session || message.epoch < term.epoch) return;',
      to: 'if (this.#session !== session) return;',
    },
    {
      file: 'src/transfer/ticket-check.ts',
      from: '  if (claims.epoch < here.epoch) {',
      to: '  if (claims.epoch < 0) {',
    },
    {
      file: 'src/actors/master/keeper-handlers.ts',
      from: '  if (stamp.epoch !== epoch)',
      to: '  if (stamp.epoch < 0)',
    },
    {
      file: 'src/domain/term-line.ts',
      from: 'highestEpoch > opened.epoch || (highestEpoch < opened.epoch && highestCommit > opened.commit)',
      to: 'highestEpoch < opened.epoch && highestCommit > opened.commit',
    },
  ],
};
