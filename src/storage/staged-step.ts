/** How far a replica has come on its way into the store, and how that ended. */

export type StagedStep =
  | 'receiving'
  | 'complete'
  | 'data synced'
  | 'manifest written'
  | 'manifest synced'
  | 'published'
  | 'durable'
  | 'failed'
  | 'abandoned';

/** `left behind`: it may stand in `objects` and could not be removed, though it never became durable. */
export type StagedEnd = 'durable' | 'gone' | 'left behind';

/** All of its bytes are there, under the name that they have in `staging`. */
export const isWholeInStaging = (step: StagedStep): boolean =>
  ['complete', 'data synced', 'manifest written', 'manifest synced'].includes(step);
