/** The answer is quicker than the disk. */
import type { Mutant } from './mutant.js';

export const ackBeforeCommit: Mutant = {
  name: 'ack before commit',
  does: 'The lookup table lets go of its answers and notices before it commits the batch that they are of.',
  breaks: ['S2', 'S10', 'S18', 'S1', 'S35'],
  patches: [
    {
      file: 'src/actors/lookup-table/batch.ts',
      from: `  now: Millis,
): BatchOutcome {`,
      to: `  now: Millis,
  tell: (outcome: BatchOutcome) => void,
): BatchOutcome {`,
    },
    {
      file: 'src/actors/lookup-table/batch.ts',
      from: '    return { state, responses, notices };',
      to: `    const outcome = { state, responses, notices };
    tell(outcome);
    return outcome;`,
    },
    {
      file: 'src/actors/lookup-table/table-server.ts',
      from: `    const batch = runBatch(this.#store, this.#behavior, this.#state, requests, now);
    this.#state = batch.state;
    const { responses, notices } = batch;
    const tookMs = performance.now() - now;
    this.#post({ type: 'answered', identity: this.#store.identity, responses, tookMs });
    if (notices.length > 0) this.#post({ type: 'told', notices });`,
      to: `    const batch = runBatch(
      this.#store,
      this.#behavior,
      this.#state,
      requests,
      now,
      ({ responses, notices }) => {
        this.#post({ type: 'answered', identity: this.#store.identity, responses, tookMs: 0 });
        if (notices.length > 0) this.#post({ type: 'told', notices });
      },
    );
    this.#state = batch.state;`,
    },
  ],
};
