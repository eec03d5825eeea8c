/**
 * One replica on its way to a keeper's disk, in the order that makes it durable.
 *
 *   receiving --received--> checking --> syncing data --> inspecting --> writing manifest
 *       |                                                                     |
 *    aborted          reporting <-- syncing directory <-- publishing <-- syncing manifest
 *       |              |     ^
 *       |         accepted  retry after a pause, while the master is away
 *       v              v
 *   abandoning      stored            refused by the master --> discarding
 *       +--> failed <----------------------------------------------+
 *   any but discarding --given up--> abandoning
 *
 * The order of effects is the promise of this file: nothing is reported before the
 * data, the manifest and the directory are synced, and a step that fails is not tried
 * again. Once the directory is synced the replica is `durable` and is never abandoned;
 * only the master's refusal takes it away: a keeper that stops gives up reporting it, and
 * its next inventory tells. Touches no disk: each step is given by
 * `actors/keeper/receive.ts`. Time enters only through `reportDelay`.
 */
import { assign, emit, setup } from 'xstate';
import { ReelkeepError } from '../domain/errors.js';
import { unprovided } from './unprovided.js';

export interface StoreReplicaInput {
  readonly reportDelayMs: number;
  readonly reportDelayMaxMs: number;
}

/** What the sender says of the whole file. */
export interface ReceivedTotals {
  readonly size: number;
  readonly digest: string;
}

export interface StoreReplicaContext extends StoreReplicaInput {
  readonly totals: ReceivedTotals | undefined;
  readonly failure: unknown;
  readonly reports: number;
}

export type StoreReplicaEvent =
  | { readonly type: 'received'; readonly totals: ReceivedTotals }
  | { readonly type: 'aborted'; readonly failure: unknown }
  /** The keeper stops, or wants no more of this. */
  | { readonly type: 'given up'; readonly failure: unknown };

export type ReportVerdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly reason: string };

const giveUp = {
  target: '#storeReplica.abandoning',
  actions: {
    type: 'keepFailure',
    params: ({ event }: { event: { error: unknown } }) => ({ failure: event.error }),
  },
} as const;

export const storeReplicaMachine = setup({
  types: {
    input: {} as StoreReplicaInput,
    context: {} as StoreReplicaContext,
    events: {} as StoreReplicaEvent,
    emitted: {} as { readonly type: 'durable' },
  },
  actors: {
    checkTotals: unprovided<void, ReceivedTotals>('checkTotals'),
    syncData: unprovided<void, void>('syncData'),
    inspect: unprovided<void, void>('inspect'),
    writeManifest: unprovided<void, void>('writeManifest'),
    syncManifest: unprovided<void, void>('syncManifest'),
    publish: unprovided<void, void>('publish'),
    syncDirectory: unprovided<void, void>('syncDirectory'),
    report: unprovided<ReportVerdict, void>('report'),
    abandon: unprovided<void, void>('abandon'),
    discard: unprovided<void, void>('discard'),
  },
  actions: {
    keepTotals: assign((_, params: { totals: ReceivedTotals }) => ({ totals: params.totals })),
    keepFailure: assign((_, params: { failure: unknown }) => ({ failure: params.failure })),
    keepRefusal: assign((_, params: { reason: string }) => ({
      failure: new ReelkeepError(
        'conflict',
        `the master did not accept the replica: ${params.reason}`,
      ),
    })),
    countReport: assign({ reports: ({ context }) => context.reports + 1 }),
    tellDurable: emit({ type: 'durable' }),
  },
  guards: {
    accepted: (_, params: { verdict: ReportVerdict }) => params.verdict.accepted,
  },
  delays: {
    reportDelay: ({ context }) =>
      Math.min(context.reportDelayMs * 2 ** (context.reports - 1), context.reportDelayMaxMs),
  },
}).createMachine({
  id: 'storeReplica',
  context: ({ input }) => ({ ...input, totals: undefined, failure: undefined, reports: 0 }),
  initial: 'receiving',
  on: {
    'given up': {
      target: '.abandoning',
      actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.failure }) },
    },
  },
  states: {
    receiving: {
      on: {
        received: {
          target: 'storing',
          actions: { type: 'keepTotals', params: ({ event }) => ({ totals: event.totals }) },
        },
        aborted: {
          target: 'abandoning',
          actions: { type: 'keepFailure', params: ({ event }) => ({ failure: event.failure }) },
        },
      },
    },
    storing: {
      description: 'Any step that fails ends here, with what was staged thrown away.',
      initial: 'checking',
      onDone: 'reporting',
      states: {
        checking: {
          invoke: {
            src: 'checkTotals',
            input: ({ context }) => context.totals ?? { size: -1, digest: '' },
            onDone: 'syncing data',
            onError: giveUp,
          },
        },
        'syncing data': { invoke: { src: 'syncData', onDone: 'inspecting', onError: giveUp } },
        inspecting: { invoke: { src: 'inspect', onDone: 'writing manifest', onError: giveUp } },
        'writing manifest': {
          invoke: { src: 'writeManifest', onDone: 'syncing manifest', onError: giveUp },
        },
        'syncing manifest': {
          invoke: { src: 'syncManifest', onDone: 'publishing', onError: giveUp },
        },
        publishing: { invoke: { src: 'publish', onDone: 'syncing directory', onError: giveUp } },
        'syncing directory': {
          invoke: { src: 'syncDirectory', onDone: 'durable', onError: giveUp },
        },
        durable: { type: 'final', entry: 'tellDurable' },
      },
    },
    reporting: {
      entry: 'countReport',
      invoke: {
        src: 'report',
        onDone: [
          {
            target: 'stored',
            guard: { type: 'accepted', params: ({ event }) => ({ verdict: event.output }) },
          },
          {
            target: 'discarding',
            actions: {
              type: 'keepRefusal',
              params: ({ event }) => ({
                reason: event.output.accepted ? '' : event.output.reason,
              }),
            },
          },
        ],
        onError: 'waiting for the master',
      },
    },
    'waiting for the master': { after: { reportDelay: 'reporting' } },
    discarding: {
      invoke: { src: 'discard', onDone: 'failed', onError: 'failed' },
      on: { 'given up': {} },
    },
    abandoning: {
      description: 'Leaves a durable replica where it is.',
      invoke: { src: 'abandon', onDone: 'failed', onError: 'failed' },
      on: { 'given up': {} },
    },
    stored: { type: 'final' },
    failed: { type: 'final' },
  },
});
