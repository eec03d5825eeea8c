/** A word against a replica is enough to erase it. */
import type { Mutant } from './mutant.js';

export const trimBeforeVerify: Mutant = {
  name: 'trim before verify',
  does: 'A surplus replica is dropped while those that stay are only believed to be there; and one that a reader or a copy complains of is dropped at once, and only then looked at.',
  breaks: ['S27', 'S7', 'S28'],
  patches: [
    {
      file: 'src/actors/master/verify-handlers.ts',
      from: `  world.log.warn({ file: file.fileId, keeper }, 'replica in doubt, being verified');`,
      to: `  const incarnation = world.keepers.views.get(keeper)?.incarnation ?? 0;
  world.keepers.send(keeper, {
    $case: 'drop',
    value: { fileId, incarnation, quarantinedOnly: false },
  });
  world.log.warn({ file: file.fileId, keeper }, 'replica in doubt, being verified');`,
    },
    {
      file: 'src/actors/master/verify-before-drop.ts',
      from: '      return await this.#findSound(drop, giveUp.signal);',
      to: '      return drop.staying;',
    },
  ],
};
