import { checkStructure } from './check-structure.js';
import { readFacts } from './read-facts.js';
import type { FilmInput, InspectOutput } from './task-messages.js';

/** Structure first, then what is in it: duration, tracks, codecs, size of the picture. */
export async function inspect({ fd }: FilmInput): Promise<InspectOutput> {
  const checked = checkStructure({ fd });
  if (!checked.ok) return checked;
  const { verdict } = checked;
  if (!verdict.ok) return { ok: false, failure: 'structure', reason: verdict.reason };
  const { faststart, fragmented } = verdict;
  return { ok: true, facts: await readFacts({ fd, faststart, fragmented }) };
}
