/**
 * The life of one upload, from asking for a keeper to the master's acknowledgement.
 *
 *   requesting --placed--> sending --stored--> confirming --acked--> acked
 *     ^   |                   |                   ^
 *     |   +--committed by an earlier try----------+
 *     |   |                   |
 *     |   +--unreachable--+   |
 *   waiting <-------------+---+--keeper failed: it is excluded
 *
 *   any of these --refused, interrupt, tries spent, patience ended--> abandoning
 *   abandoning --name is free, unreachable, committed--> failed     --acked--> acked
 *   any of these, abandoning --other bytes--> failed
 *
 * One upload id serves every try, so that a retry never makes a second file. What a keeper
 * says is not the end: only the master's word is, which `watch` listens for while bytes are
 * sent. Reads no bytes and knows no socket. Time enters through the delays; every sign of
 * progress starts `patience` anew.
 */
import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.js';
import type { PlainError } from '../domain/errors.js';
import type { FileView } from '../domain/file-view.js';
import type { FileId, KeeperId, UploadId } from '../domain/ids.js';
import type { TransferSource } from '../domain/transfer-source.js';
import { unprovidedTask } from './unprovided-task.js';
import { certain, silence, unacked, unheard } from './upload-errors.js';

export interface UploadInput {
  readonly uploadId: UploadId;
  /** Keepers that may fail before the upload does. */
  readonly failuresMax: number;
  readonly patienceMs: Patience;
}

/** Without progress for so long the upload fails; it depends on who is waited for. */
export interface Patience {
  readonly master: number;
  /** Between two chunks, of which a slow line takes long to carry one; dead lines are cut sooner. */
  readonly bytes: number;
  /** For the keeper to sync what it has been sent. */
  readonly sync: number;
  /** For other keepers to copy what the first has stored. */
  readonly copies: number;
}

/** Where the master wants the bytes. */
export interface Placement {
  readonly fileId: FileId;
  readonly keeper: TransferSource;
}

export interface UploadContext extends UploadInput {
  readonly placement: Placement | undefined;
  readonly excluded: readonly KeeperId[];
  readonly failures: number;
  /** Tries since the last progress. */
  readonly waits: number;
  readonly awaiting: keyof Patience;
  /** Every byte has been handed to some keeper: the file may come to be without our hearing of it. */
  readonly allSent: boolean;
  readonly file: FileView | undefined;
  readonly error: PlainError | undefined;
}

export type UploadEvent =
  | { readonly type: 'placed'; readonly placement: Placement }
  /** From `request`: an earlier try came through. From `abandon`: too late to give up. */
  | { readonly type: 'committed' }
  /** The master did not answer. */
  | { readonly type: 'unreachable'; readonly error: PlainError }
  /** For good: by the master, or because the source cannot be read. */
  | { readonly type: 'refused'; readonly error: PlainError }
  | { readonly type: 'progressed' }
  | { readonly type: 'all sent' }
  | { readonly type: 'stored' }
  /** `exclude` is absent when the same keeper may be chosen again. */
  | { readonly type: 'keeper failed'; readonly error: PlainError; readonly exclude?: KeeperId }
  | { readonly type: 'acked'; readonly file: FileView }
  /** The file is in the table, but it is not what was to be stored: a keeper has lied. */
  | { readonly type: 'other bytes'; readonly error: PlainError }
  | { readonly type: 'name is free' }
  | { readonly type: 'interrupt'; readonly error: PlainError }
  | { readonly type: 'patience ended' };

export type UploadOutput =
  | { readonly ok: true; readonly file: FileView }
  | { readonly ok: false; readonly error: PlainError };

const retryLimits = { firstMs: 100, maxMs: 3000 };

export const uploadMachine = setup({
  types: {
    input: {} as UploadInput,
    context: {} as UploadContext,
    events: {} as UploadEvent,
    output: {} as UploadOutput,
  },
  actors: {
    request: unprovidedTask<{ uploadId: UploadId; excluded: readonly KeeperId[] }>('request'),
    send: unprovidedTask<{ uploadId: UploadId; placement: Placement | undefined }>('send'),
    watch: unprovidedTask<{ uploadId: UploadId }>('watch'),
    abandon: unprovidedTask<{ uploadId: UploadId }>('abandon'),
  },
  actions: {
    place: assign((_, params: { placement: Placement }) => ({ placement: params.placement })),
    exclude: assign(({ context }, params: { keeper: KeeperId | undefined }) => ({
      failures: context.failures + 1,
      excluded: params.keeper ? [...context.excluded, params.keeper] : context.excluded,
    })),
    forgetExcluded: assign({ excluded: [] }),
    countWait: assign({ waits: ({ context }) => context.waits + 1 }),
    forgetWaits: assign({ waits: 0 }),
    noteAllSent: assign({ allSent: true }),
    await: assign((_, params: { awaiting: keyof Patience }) => ({ awaiting: params.awaiting })),
    noteFile: assign((_, params: { file: FileView }) => ({ file: params.file })),
    noteError: assign((_, params: { error: PlainError }) => ({ error: params.error })),
    noteSilence: assign({ error: ({ context }) => silence(context) }),
    noteCertain: assign({ error: ({ context }) => certain(context) }),
    noteUnheard: assign({ error: ({ context }) => unheard(context) }),
    noteUnacked: assign({ error: ({ context }) => unacked(context) }),
    startPatience: raise({ type: 'patience ended' }, { id: 'patience', delay: 'patience' }),
    stopPatience: cancel('patience'),
  },
  guards: {
    failuresSpent: ({ context }) => context.failures >= context.failuresMax,
    /** A request that was not answered may have reserved the name all the same. */
    nothingReserved: ({ context }) =>
      context.placement === undefined && context.error === undefined,
  },
  delays: {
    patience: ({ context }) => context.patienceMs[context.awaiting],
    retry: ({ context }) => backoffMs(context.waits, context.uploadId, retryLimits),
  },
}).createMachine({
  id: 'upload',
  context: ({ input }) => ({
    ...input,
    placement: undefined,
    excluded: [],
    failures: 0,
    waits: 0,
    awaiting: 'master',
    allSent: false,
    file: undefined,
    error: undefined,
  }),
  initial: 'uploading',
  output: ({ context: { file, error } }) =>
    file
      ? { ok: true, file }
      : { ok: false, error: error ?? { code: 'internal', detail: 'ended without an error' } },
  states: {
    uploading: {
      initial: 'requesting',
      entry: 'startPatience',
      exit: 'stopPatience',
      on: {
        progressed: { actions: ['forgetWaits', 'stopPatience', 'startPatience'] },
        'all sent': { actions: ['noteAllSent', ...beginToAwait('sync')] },
        acked: { target: 'acked', actions: { type: 'noteFile', params: ({ event }) => event } },
        'other bytes': {
          description: 'Committed, so there is nothing left to give up.',
          target: 'failed',
          actions: { type: 'noteError', params: ({ event }) => event },
        },
        refused: {
          target: 'abandoning',
          actions: { type: 'noteError', params: ({ event }) => event },
        },
        interrupt: {
          target: 'abandoning',
          actions: { type: 'noteError', params: ({ event }) => event },
        },
        'patience ended': { target: 'abandoning', actions: 'noteSilence' },
      },
      states: {
        requesting: {
          invoke: { src: 'request', input: ({ context }) => context },
          on: {
            placed: {
              target: 'placed',
              actions: [{ type: 'place', params: ({ event }) => event }, ...beginToAwait('bytes')],
            },
            committed: {
              target: 'placed.confirming',
              actions: ['noteAllSent', ...beginToAwait('copies')],
            },
            unreachable: {
              target: 'waiting',
              // With every keeper excluded nobody could be chosen any more.
              actions: [{ type: 'noteError', params: ({ event }) => event }, 'forgetExcluded'],
            },
            refused: [
              {
                guard: 'nothingReserved',
                target: '#upload.failed',
                actions: { type: 'noteError', params: ({ event }) => event },
              },
              {
                target: '#upload.abandoning',
                actions: { type: 'noteError', params: ({ event }) => event },
              },
            ],
          },
        },
        waiting: { entry: 'countWait', after: { retry: 'requesting' } },
        placed: {
          description: 'The name is reserved; the master is listened to all the while.',
          initial: 'sending',
          invoke: { src: 'watch', input: ({ context }) => context },
          on: {
            'keeper failed': {
              target: 'choosing',
              actions: [
                { type: 'noteError', params: ({ event }) => event },
                { type: 'exclude', params: ({ event }) => ({ keeper: event.exclude }) },
                ...beginToAwait('master'),
              ],
            },
          },
          states: {
            sending: {
              invoke: { src: 'send', input: ({ context }) => context },
              on: {
                stored: {
                  target: 'confirming',
                  actions: beginToAwait('copies'),
                },
              },
            },
            confirming: {},
          },
        },
        choosing: {
          always: [{ guard: 'failuresSpent', target: '#upload.abandoning' }, 'waiting'],
        },
      },
    },
    abandoning: {
      description: 'So that a failure told is a failure for good; or it turns out to be none.',
      invoke: { src: 'abandon', input: ({ context }) => context },
      on: {
        'name is free': { target: 'failed', actions: 'noteCertain' },
        acked: { target: 'acked', actions: { type: 'noteFile', params: ({ event }) => event } },
        'other bytes': {
          target: 'failed',
          actions: { type: 'noteError', params: ({ event }) => event },
        },
        committed: { target: 'failed', actions: 'noteUnacked' },
        unreachable: { target: 'failed', actions: 'noteUnheard' },
        refused: { target: 'failed', actions: 'noteUnheard' },
      },
    },
    acked: { type: 'final' },
    failed: { type: 'final' },
  },
});

/** A patience of another length, from its beginning. */
function beginToAwait(awaiting: keyof Patience) {
  return [{ type: 'await', params: { awaiting } }, 'stopPatience', 'startPatience'] as const;
}
