/** No answer is taken for a no. */
import type { Mutant } from './mutant.js';

export const timeoutReportedAsFailure: Mutant = {
  name: 'timeout reported as a definite failure',
  does: 'A client that was not answered in time, or whose answer was lost, is told that nothing has happened.',
  breaks: ['S19', 'S18'],
  patches: [
    {
      file: 'src/rpc/status.ts',
      from: `    case status.DEADLINE_EXCEEDED:
      return 'unknown-outcome';`,
      to: `    case status.DEADLINE_EXCEEDED:
      return 'unavailable';`,
    },
    {
      file: 'src/rpc/call.ts',
      from: `        else if (changes && isInDoubt(error)) reject(unknownOutcome(doing, error));
`,
      to: '',
    },
    {
      file: 'src/machines/upload-errors.ts',
      from: `        code: 'unknown-outcome',
        detail: \`every byte was sent`,
      to: `        code: 'unavailable',
        detail: \`every byte was sent`,
    },
  ],
};
