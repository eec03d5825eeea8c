/** The end of a connection is taken for the end of what it carried. */
import type { Mutant } from './mutant.js';

export const lengthNotChecked: Mutant = {
  name: 'length not checked',
  does: 'A download that loses its connection to a keeper takes all of the range that it had asked for as having come; what is missing stays a hole in the file.',
  breaks: ['S3', 'S14'],
  patches: [
    {
      file: 'src/actors/client/fetch-ranges.ts',
      from: `import { pause } from './pause.js';`,
      to: `import { KeeperRefused } from '../../transfer/keeper-refused.js';
import { pause } from './pause.js';`,
    },
    {
      file: 'src/actors/client/fetch-ranges.ts',
      from: '      return request.signal.aborted ? undefined : asError(error);',
      to: `      const isOver = lease !== undefined && !(error instanceof KeeperRefused);
      if (!request.signal.aborted && isOver && asError(error).code === 'unavailable') {
        for (let at = 0; at < range.count; at += 1) this.#plan.deliver(keeper, range.first + at);
        return undefined;
      }
      return request.signal.aborted ? undefined : asError(error);`,
    },
  ],
};
