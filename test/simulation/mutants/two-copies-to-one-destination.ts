/** An order given twice is carried out twice. */
import type { Mutant } from './mutant.js';

export const twoCopiesToOneDestination: Mutant = {
  name: 'two copies to one destination',
  does: 'The loop gives the orders of copies under way again at each tick, and a keeper carries out each of them: the second to end finds its bytes gone and clears away those of the first.',
  breaks: ['S31', 'S23', 'S27', 'S1'],
  patches: [
    {
      file: 'src/actors/replication-loop/behavior.ts',
      from: '        ...askPage(noted, now),',
      to: `        ...askPage(noted, now),
        ...(message.type === 'tick' ? remindCopies(noted) : []),`,
    },
    {
      file: 'src/actors/replication-loop/behavior.ts',
      from: 'function endOverdueCopies(',
      to: `function remindCopies({ copies, needs }: LoopState): readonly ReplicationEffect[] {
  const reminders: ReplicationEffect[] = [];
  for (const { fileId, size, source, destination } of copies.matching(({ stored }) => !stored)) {
    const digest = needs.get(fileId)?.file.digest;
    if (digest !== undefined)
      reminders.push({ type: 'copy', fileId, size, digest, sources: [source], destination });
  }
  return reminders;
}

function endOverdueCopies(`,
    },
    {
      file: 'src/actors/keeper/arrivals.ts',
      from: `    if (this.#copies.has(fileId)) return false;
`,
      to: '',
    },
    {
      file: 'src/storage/replica-store.ts',
      from: `    if (underWay.has(fileId) && left === undefined)
      throw new ReelkeepError('conflict', 'this file is on its way already');
`,
      to: '',
    },
    {
      file: 'src/storage/new-file.ts',
      from: 'constants.O_CREAT | constants.O_EXCL | ',
      to: 'constants.O_CREAT | ',
    },
  ],
};
