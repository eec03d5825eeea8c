/**
 * The life of one keeper process, from finding out who it is to a clean exit.
 *
 *   identifying --identified--> registering --registered--> reporting --reported--> serving
 *        |                        |  ^   ^                      |                     |
 *      failed                   away  +--+--- session lost -----+---------------------+
 *   any --drain, pool died--> draining --idle--> stopped, or failed with the reason
 *
 * `away` waits, each time longer, before it registers again. A refusal that trying
 * again cannot mend ends the keeper. A report of a disk that could not be read whole is
 * made again after a while, for the master concludes nothing from it. Only while it serves
 * is a replica begun to be read again. Holds no socket and touches no disk: what it invokes
 * is given by `actors/keeper`. Time enters only through `retryDelay` and `reportAgain`.
 */
import { assign, type SnapshotFrom, setup } from 'xstate';
import { ReelkeepError } from '../domain/errors.js';
import { unprovided } from './unprovided.js';

export interface KeeperInput {
  readonly retryDelayMs: number;
  readonly retryDelayMaxMs: number;
  /** From an incomplete report to the next. */
  readonly reportAgainMs: number;
}

/** Whether all of the disk could be looked at. */
export type Completeness = 'complete' | 'incomplete';

export interface KeeperContext extends KeeperInput {
  readonly attempts: number;
  readonly reported: Completeness;
  readonly failure: unknown;
}

export type KeeperEvent =
  | { readonly type: 'session lost'; readonly reason: string }
  /** It beats, and could neither take nor give a byte: half dead is worse than restarted. */
  | { readonly type: 'pool died'; readonly failure: unknown }
  | { readonly type: 'drain' };

export const keeperMachine = setup({
  types: {
    input: {} as KeeperInput,
    context: {} as KeeperContext,
    events: {} as KeeperEvent,
  },
  actors: {
    /** Opens the disk and the data port. */
    identify: unprovided<void, void>('identify'),
    /** Registers, and opens the session that carries heartbeats and commands. */
    register: unprovided<void, void>('register'),
    report: unprovided<Completeness, void>('report'),
    /** Reads replicas again, as long as it is let. */
    scrub: unprovided<void, void>('scrub'),
    /** Ends the session and the transfers under way, closes disk and port. */
    drain: unprovided<void, void>('drain'),
  },
  actions: {
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    noteReport: assign((_, params: { reported: Completeness }) => ({ reported: params.reported })),
    forgetAttempts: assign({ attempts: 0 }),
    keepFailure: assign((_, params: { failure: unknown }) => ({ failure: params.failure })),
  },
  guards: {
    final: (_, params: { failure: unknown }) => isFinal(params.failure),
    failed: ({ context }) => context.failure !== undefined,
    incomplete: ({ context }) => context.reported === 'incomplete',
  },
  delays: {
    retryDelay: ({ context }) =>
      Math.min(context.retryDelayMs * 2 ** (context.attempts - 1), context.retryDelayMaxMs),
    reportAgain: ({ context }) => context.reportAgainMs,
  },
}).createMachine({
  id: 'keeper',
  context: ({ input }) => ({
    ...input,
    attempts: 0,
    reported: 'incomplete',
    failure: undefined,
  }),
  initial: 'identifying',
  on: {
    drain: '.draining',
    'pool died': {
      target: '.draining',
      actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.failure }) },
    },
  },
  states: {
    identifying: {
      invoke: {
        src: 'identify',
        onDone: 'registering',
        onError: {
          target: 'draining',
          actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.error }) },
        },
      },
    },
    registering: {
      description: 'Asking the master for its term; no command is obeyed without one.',
      entry: 'countAttempt',
      invoke: {
        src: 'register',
        onDone: 'reporting',
        onError: [
          {
            target: 'draining',
            guard: { type: 'final', params: ({ event }) => ({ failure: event.error }) },
            actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.error }) },
          },
          { target: 'away' },
        ],
      },
    },
    reporting: {
      description: 'Telling the master everything that is on the disk.',
      invoke: {
        src: 'report',
        onDone: {
          target: 'serving',
          actions: { type: 'noteReport', params: ({ event }) => ({ reported: event.output }) },
        },
        onError: 'away',
      },
      on: { 'session lost': 'away' },
    },
    serving: {
      entry: 'forgetAttempts',
      invoke: {
        src: 'scrub',
        // It outlives every failure but a defect, and a keeper that reads nothing again is half dead.
        onError: {
          target: 'draining',
          actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.error }) },
        },
      },
      on: { 'session lost': 'registering' },
      after: { reportAgain: { target: 'reporting', guard: 'incomplete' } },
    },
    away: {
      description: 'Transfers go on with the tickets there are; the master is tried again later.',
      after: { retryDelay: 'registering' },
    },
    draining: {
      description: 'No new transfer is accepted; those under way are let finish.',
      invoke: {
        src: 'drain',
        onDone: [{ target: 'failed', guard: 'failed' }, { target: 'stopped' }],
        onError: {
          target: 'failed',
          actions: {
            type: 'keepFailure',
            params: ({ context, event }) => ({ failure: context.failure ?? event.error }),
          },
        },
      },
      on: { drain: {}, 'pool died': {} },
    },
    stopped: { type: 'final' },
    failed: { type: 'final' },
  },
});

export type KeeperPhase = SnapshotFrom<typeof keeperMachine>['value'];

/** Refused for what this keeper is, not for how things stand. */
function isFinal(failure: unknown): boolean {
  return (
    failure instanceof ReelkeepError && ['not-allowed', 'usage', 'conflict'].includes(failure.code)
  );
}
