/**
 * The life of the master process, and how far it trusts its table.
 *
 *   opening --opened--> recovering --whole, or enough after the grace--> serving
 *      |                    |                                             |  ^
 *    failed                 +--too little after the grace--> safe mode <--+  |
 *                           |                                 ^ |  evidence  |
 *                           +--rebuilding, after the grace--> | +------------+
 *                                      taking in -------------+--------------+
 *   any --stop--> stopping --> stopped
 *   any --thread lost--> stopping --> failed
 *
 * Reads and uploads are served from `recovering` on; deletions are ordered in
 * `serving` alone. Holds no table, socket or thread: `open` and `close` are given by
 * `actors/master`. Time enters only through `recoverGrace`.
 */
import { type ActorRefFrom, assign, type SnapshotFrom, setup } from 'xstate';
import { judgeTrust, type TrustEvidence, type TrustVerdict } from '../domain/trust.js';
import { unprovided } from './unprovided.js';

export interface MasterInput {
  /** How long keepers are waited for after a start. */
  readonly recoverGraceMs: number;
}

export interface MasterContext extends MasterInput {
  readonly verdict: TrustVerdict;
  readonly failure: unknown;
}

export type MasterEvent =
  | { readonly type: 'evidence'; readonly evidence: TrustEvidence }
  | { readonly type: 'thread lost'; readonly failure: unknown }
  | { readonly type: 'stop' };

export type MasterActorRef = ActorRefFrom<typeof masterMachine>;

export type MasterPhase = SnapshotFrom<typeof masterMachine>['value'];

export const masterMachine = setup({
  types: {
    input: {} as MasterInput,
    context: {} as MasterContext,
    events: {} as MasterEvent,
  },
  actors: {
    open: unprovided<void, void>('open'),
    close: unprovided<void, void>('close'),
  },
  actions: {
    weigh: assign((_, params: { evidence: TrustEvidence }) => ({
      verdict: judgeTrust(params.evidence),
    })),
    keepFailure: assign((_, params: { failure: unknown }) => ({ failure: params.failure })),
  },
  guards: {
    wholeTrust: ({ context }) => context.verdict.trust === 'whole',
    someTrust: ({ context: { verdict } }) =>
      verdict.trust === 'whole' || verdict.trust === 'waiting',
    noTrust: ({ context }) => context.verdict.trust === 'none',
    notYet: ({ context }) => context.verdict.trust === 'not yet',
    failed: ({ context }) => context.failure !== undefined,
  },
  delays: {
    recoverGrace: ({ context }) => context.recoverGraceMs,
  },
}).createMachine({
  id: 'master',
  context: ({ input }) => ({
    ...input,
    verdict: { trust: 'waiting', reason: 'the table is being opened' },
    failure: undefined,
  }),
  initial: 'opening',
  on: {
    evidence: { actions: { type: 'weigh', params: ({ event }) => ({ evidence: event.evidence }) } },
    'thread lost': {
      target: '.stopping',
      actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.failure }) },
    },
    stop: '.stopping',
  },
  states: {
    opening: {
      invoke: {
        src: 'open',
        onDone: 'recovering',
        onError: {
          target: 'stopping',
          actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.error }) },
        },
      },
    },
    recovering: {
      description: 'Keepers report what they hold; nothing is copied and nothing deleted.',
      always: { target: 'serving', guard: 'wholeTrust' },
      after: {
        recoverGrace: [
          { target: 'serving', guard: 'someTrust' },
          { target: 'taking in', guard: 'notYet' },
          { target: 'safe mode' },
        ],
      },
    },
    'taking in': {
      description: 'As recovering: what keepers hold is not all in the table yet.',
      always: [
        { target: 'serving', guard: 'someTrust' },
        { target: 'safe mode', guard: 'noTrust' },
      ],
    },
    'safe mode': {
      description: 'The table and the keepers do not agree: no deletion is ordered.',
      always: { target: 'serving', guard: 'someTrust' },
    },
    serving: {
      // A keeper that dies later is no evidence against the table; one that has seen more of it is.
      on: {
        evidence: [
          {
            target: 'safe mode',
            guard: ({ event }) => event.evidence.ahead.length > 0,
            actions: { type: 'weigh', params: ({ event }) => ({ evidence: event.evidence }) },
          },
        ],
      },
    },
    stopping: {
      description: 'Calls under way are let end, threads finish their batch.',
      invoke: {
        src: 'close',
        onDone: [{ target: 'failed', guard: 'failed' }, { target: 'stopped' }],
        onError: {
          target: 'failed',
          actions: {
            type: 'keepFailure',
            params: ({ context, event }) => ({ failure: context.failure ?? event.error }),
          },
        },
      },
      on: {
        stop: {},
        'thread lost': {
          description: 'Closing goes on; what was lost on the way is not passed over.',
          actions: {
            type: 'keepFailure',
            params: ({ context, event }) => ({ failure: context.failure ?? event.failure }),
          },
        },
      },
    },
    stopped: { type: 'final' },
    failed: { type: 'final' },
  },
});
