/** Everything that can happen in a story, by its kind. */
import { faults } from '../faults/all-faults.js';
import type { Happening } from './happening.js';
import { operations } from './operations.js';

export const happenings: ReadonlyMap<string, Happening> = new Map(
  [...operations, ...faults].map((happening) => [happening.kind, happening]),
);
