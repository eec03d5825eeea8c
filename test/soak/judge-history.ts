/** S16 to S20, S35, S37: what all clients were told, judged by the checker of the simulator. */
import { checkLinearizable } from '../simulation/history/linearizability.js';
import { checkListings, readsOfLists } from '../simulation/history/listing.js';
import { type History, namesOf } from '../simulation/history/operations.js';
import type { Findings } from './findings.js';
import { pairs } from './plan.js';

/** A pair of names has a hundred times the operations that one has in a simulated run. */
const movesMax = 20_000_000;

export function judgeHistory(history: History, findings: Findings): void {
  const listings = checkListings(history);
  if (!listings.ok) findings.report('S20', listings.explanation);
  const all = [...history, ...readsOfLists(history)];
  // Nothing joins a name to one outside of its pair.
  for (const pair of pairs) {
    const ofPair = all.filter((operation) =>
      namesOf(operation).some((name) => pair.includes(name)),
    );
    const verdict = checkLinearizable(ofPair, { movesMax });
    if (!verdict.ok) findings.report('S18', `${verdict.why}: ${verdict.explanation}`);
  }
}
