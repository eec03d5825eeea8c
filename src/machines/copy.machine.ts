/**
 * One copy, pulled by its destination from the keepers that hold the file.
 *
 *   fetching manifest --ok--> staging --ok--> fetching chunks --ok--> storing --ok--> stored
 *        ^  |                    |                 |                     |
 *        |  source failed        |           source failed               |
 *        |  v                    v                 v                     v
 *      next source ----none left----------------> failed <---------------+
 *
 * Chunks that one source delivered are kept when the next takes over. `storing` is the
 * life told in store-replica.machine.ts. A source whose bytes did not match is named in
 * `badSource`. Touches neither net nor disk: what it invokes is given by
 * `actors/keeper/copy.ts`. Time enters only through the deadlines of those.
 */
import { assign, setup } from 'xstate';
import { ReelkeepError } from '../domain/errors.js';
import type { KeeperId } from '../domain/ids.js';
import { unprovided } from './unprovided.js';

export interface CopyInput {
  /** Best first. */
  readonly sources: readonly KeeperId[];
}

export interface CopyContext {
  readonly sources: readonly KeeperId[];
  /** Index of the source in use. */
  readonly current: number;
  readonly badSource: KeeperId | undefined;
  readonly failure: unknown;
}

interface FromSource {
  readonly source: KeeperId;
}

const giveUp = {
  target: 'failed',
  actions: {
    type: 'keepFailure',
    params: ({ event }: { event: { error: unknown } }) => ({ failure: event.error }),
  },
} as const;

const tryNext = {
  target: 'next source',
  actions: {
    type: 'blameSource',
    params: ({ event }: { event: { error: unknown } }) => ({ failure: event.error }),
  },
} as const;

export const copyMachine = setup({
  types: { input: {} as CopyInput, context: {} as CopyContext },
  actors: {
    fetchManifest: unprovided<void, FromSource>('fetchManifest'),
    stage: unprovided<void, void>('stage'),
    fetchChunks: unprovided<void, FromSource>('fetchChunks'),
    store: unprovided<void, void>('store'),
  },
  actions: {
    advance: assign({ current: ({ context }) => context.current + 1 }),
    keepFailure: assign((_, params: { failure: unknown }) => ({ failure: params.failure })),
    blameSource: assign(({ context }, params: { failure: unknown }) => ({
      failure: params.failure,
      badSource: isRot(params.failure) ? context.sources[context.current] : context.badSource,
    })),
  },
  guards: {
    hasNext: ({ context }) => context.current < context.sources.length,
    /** A full or failing disk of one's own is no fault of the source. */
    ownFault: (_, params: { failure: unknown }) =>
      params.failure instanceof ReelkeepError && params.failure.code === 'no-space',
  },
}).createMachine({
  id: 'copy',
  context: ({ input }) => ({ ...input, current: 0, badSource: undefined, failure: undefined }),
  initial: 'fetching manifest',
  states: {
    'fetching manifest': {
      invoke: {
        src: 'fetchManifest',
        input: ({ context }) => fromCurrent(context),
        onDone: 'staging',
        onError: tryNext,
      },
    },
    staging: { invoke: { src: 'stage', onDone: 'fetching chunks', onError: giveUp } },
    'fetching chunks': {
      invoke: {
        src: 'fetchChunks',
        input: ({ context }) => fromCurrent(context),
        onDone: 'storing',
        onError: [
          {
            ...giveUp,
            guard: { type: 'ownFault', params: ({ event }) => ({ failure: event.error }) },
          },
          tryNext,
        ],
      },
    },
    'next source': {
      entry: 'advance',
      always: [{ target: 'fetching manifest', guard: 'hasNext' }, { target: 'failed' }],
    },
    storing: { invoke: { src: 'store', onDone: 'stored', onError: giveUp } },
    stored: { type: 'final' },
    failed: { type: 'final' },
  },
});

function fromCurrent({ sources, current }: CopyContext): FromSource {
  const source = sources[current];
  if (source === undefined) throw new ReelkeepError('unavailable', 'no keeper holds the file');
  return { source };
}

const isRot = (failure: unknown): boolean =>
  failure instanceof ReelkeepError && failure.code === 'integrity';
