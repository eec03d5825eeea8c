/** Told to do it is as good as having done it. */
import type { Mutant } from './mutant.js';

export const replicaLiveWhenOrdered: Mutant = {
  name: 'replica live when ordered instead of when confirmed',
  does: 'The master takes a replica into the table when it has sent the order to copy it.',
  breaks: ['S23', 'S2', 'S27', 'S1'],
  patches: [
    {
      file: 'src/actors/master/dispatcher.ts',
      from: `    log.info({ file: fileId, name: file.name, destination, sources }, 'copy ordered');`,
      to: `    log.info({ file: fileId, name: file.name, destination, sources }, 'copy ordered');
    await this.#world.table.ask('record stored', {
      keeper: destination,
      incarnation,
      fileId,
      size,
      digest,
      mp4: file.mp4,
      at: this.#world.wallMs(),
    });`,
    },
  ],
};
