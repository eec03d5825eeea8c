/**
 * The life of one download, from asking where the file is to the file under its own name.
 *
 *   locating --located--> opening --opened--> fetching --whole--> finishing --named--> done
 *     ^  |                   |                   |
 *     |  +--unreachable--+   |                   |
 *   waiting <------------+---+---sources ended---+      (at once when chunks came in between)
 *
 *   locating --the name holds another file now--> opening, if nothing has left this process
 *   any of these --refused, interrupt, patience ended--> failed
 *
 * `open` reads the manifest and keeps what is right of an earlier run; `fetch` runs the queue
 * of ranges over all sources until the file is whole or none of them is left. What was fetched
 * stays on disk when it fails, so that the next run resumes. Time enters through the delays;
 * every sign of progress starts `patience` anew.
 */
import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.js';
import type { PlainError } from '../domain/errors.js';
import type { FileView } from '../domain/file-view.js';
import type { TransferSource } from '../domain/transfer-source.js';
import { unprovidedTask } from './unprovided-task.js';

export interface DownloadInput {
  readonly name: string;
  /** Chosen by chance, so that clients that failed together do not come back together. */
  readonly runId: string;
  readonly patienceMs: Patience;
  /** How often it may begin anew because the name was given to another file. */
  readonly startsMax: number;
}

/** Without progress for so long the download fails; it depends on who is waited for. */
export interface Patience {
  /** Someone to say where the file is, and to send any of it. */
  readonly source: number;
  /** The next chunk, of which a slow line takes long to carry one; dead lines are cut sooner. */
  readonly bytes: number;
}

export interface Located {
  readonly file: FileView;
  /** Best first. */
  readonly sources: readonly TransferSource[];
}

export interface DownloadContext extends DownloadInput {
  readonly located: Located | undefined;
  /** The file whose manifest has been read and whose chunks are being kept. */
  readonly opened: FileView | undefined;
  readonly awaiting: keyof Patience;
  readonly starts: number;
  /** Tries since the last progress. */
  readonly waits: number;
  readonly error: PlainError | undefined;
}

export type DownloadEvent =
  | { readonly type: 'located'; readonly located: Located }
  | { readonly type: 'unreachable'; readonly error: PlainError }
  /** For good: there is no such file, or it cannot be written here. */
  | { readonly type: 'refused'; readonly error: PlainError }
  | { readonly type: 'opened' }
  | { readonly type: 'progressed' }
  /** No source is left that could be asked. */
  | { readonly type: 'sources ended'; readonly error: PlainError }
  | { readonly type: 'whole' }
  | { readonly type: 'named' }
  | { readonly type: 'interrupt'; readonly error: PlainError }
  | { readonly type: 'patience ended' };

export type DownloadOutput =
  | { readonly ok: true; readonly file: FileView }
  | { readonly ok: false; readonly error: PlainError };

const retryLimits = { firstMs: 100, maxMs: 3000 };

export const downloadMachine = setup({
  types: {
    input: {} as DownloadInput,
    context: {} as DownloadContext,
    events: {} as DownloadEvent,
    output: {} as DownloadOutput,
  },
  actors: {
    locate: unprovidedTask<{ name: string }>('locate'),
    open: unprovidedTask<{ located: Located | undefined }>('open'),
    fetch: unprovidedTask<{ located: Located | undefined }>('fetch'),
    finish: unprovidedTask<{ opened: FileView | undefined }>('finish'),
  },
  actions: {
    noteLocated: assign((_, params: { located: Located }) => ({ located: params.located })),
    noteStart: assign({ starts: ({ context }) => context.starts + 1, opened: undefined }),
    noteOpened: assign({ opened: ({ context }) => context.located?.file }),
    noteError: assign((_, params: { error: PlainError }) => ({ error: params.error })),
    noteAnother: assign({ error: ({ context }) => another(context) }),
    noteSilence: assign({ error: ({ context }) => silence(context) }),
    countWait: assign({ waits: ({ context }) => context.waits + 1 }),
    await: assign((_, params: { awaiting: keyof Patience }) => ({ awaiting: params.awaiting })),
    forgetWaits: assign({ waits: 0 }),
    startPatience: raise({ type: 'patience ended' }, { id: 'patience', delay: 'patience' }),
    stopPatience: cancel('patience'),
  },
  guards: {
    isOpened: ({ context }, params: { located: Located }) =>
      context.opened?.fileId === params.located.file.fileId,
    isKnown: ({ context }, params: { located: Located }) =>
      context.opened === undefined && isSameFile(context.located, params.located),
    mayStart: ({ context }) => context.starts < context.startsMax,
    isFlowing: ({ context }) => context.awaiting === 'bytes',
    hasProgressed: ({ context }) => context.waits === 0,
  },
  delays: {
    patience: ({ context }) => context.patienceMs[context.awaiting],
    retry: ({ context }) => backoffMs(context.waits, context.runId, retryLimits),
  },
}).createMachine({
  id: 'download',
  context: ({ input }) => ({
    ...input,
    located: undefined,
    opened: undefined,
    awaiting: 'source',
    starts: 0,
    waits: 0,
    error: undefined,
  }),
  initial: 'transferring',
  output: ({ context: { opened, error } }) =>
    opened && !error
      ? { ok: true, file: opened }
      : { ok: false, error: error ?? { code: 'internal', detail: 'ended without an error' } },
  on: {
    refused: {
      target: '.failed',
      actions: { type: 'noteError', params: ({ event }) => event },
    },
    interrupt: {
      target: '.failed',
      actions: { type: 'noteError', params: ({ event }) => event },
    },
  },
  states: {
    transferring: {
      initial: 'locating',
      entry: 'startPatience',
      exit: 'stopPatience',
      on: {
        progressed: { actions: ['forgetWaits', 'stopPatience', 'startPatience'] },
        'patience ended': { target: 'failed', actions: 'noteSilence' },
      },
      states: {
        locating: {
          invoke: { src: 'locate', input: ({ context }) => context },
          on: {
            located: [
              {
                guard: { type: 'isOpened', params: ({ event }) => event },
                target: 'fetching',
                actions: { type: 'noteLocated', params: ({ event }) => event },
              },
              {
                guard: { type: 'isKnown', params: ({ event }) => event },
                target: 'opening',
                actions: { type: 'noteLocated', params: ({ event }) => event },
              },
              {
                guard: 'mayStart',
                target: 'opening',
                actions: [{ type: 'noteLocated', params: ({ event }) => event }, 'noteStart'],
              },
              { target: '#download.failed', actions: 'noteAnother' },
            ],
            unreachable: {
              target: 'waiting',
              actions: { type: 'noteError', params: ({ event }) => event },
            },
          },
        },
        opening: {
          invoke: { src: 'open', input: ({ context }) => context },
          on: {
            opened: { target: 'fetching', actions: ['noteOpened', ...beginToAwait('bytes')] },
            'sources ended': {
              target: 'waiting',
              actions: { type: 'noteError', params: ({ event }) => event },
            },
          },
        },
        fetching: {
          entry: 'countWait',
          invoke: { src: 'fetch', input: ({ context }) => context },
          on: {
            whole: '#download.finishing',
            progressed: { actions: ['forgetWaits', ...beginToAwait('bytes')] },
            'sources ended': [
              {
                guard: 'hasProgressed',
                target: 'locating',
                actions: [
                  { type: 'noteError', params: ({ event }) => event },
                  ...beginToAwait('source'),
                ],
              },
              {
                guard: 'isFlowing',
                target: 'waiting',
                actions: [
                  { type: 'noteError', params: ({ event }) => event },
                  ...beginToAwait('source'),
                ],
              },
              {
                target: 'waiting',
                actions: { type: 'noteError', params: ({ event }) => event },
              },
            ],
          },
        },
        waiting: { entry: 'countWait', after: { retry: 'locating' } },
      },
    },
    finishing: {
      description: 'No longer waits for anyone else, so patience does not run.',
      invoke: { src: 'finish', input: ({ context }) => context },
      on: { named: 'done' },
    },
    done: { type: 'final', entry: assign({ error: undefined }) },
    failed: { type: 'final' },
  },
});

const isSameFile = (one: Located | undefined, other: Located): boolean =>
  one?.file.fileId === other.file.fileId;

function silence({ error, awaiting, patienceMs }: DownloadContext): PlainError {
  const reason = error?.detail ?? 'nobody answers';
  const seconds = Math.round(patienceMs[awaiting] / 1000);
  const code = error?.code === 'integrity' ? 'integrity' : 'unavailable';
  return { code, detail: `no progress for ${seconds} s: ${reason}` };
}

const another = ({ name }: DownloadContext): PlainError => ({
  code: 'unavailable',
  detail: `"${name}" was replaced while it was being read; try again`,
});

/** A patience of another length, from its beginning. */
function beginToAwait(awaiting: keyof Patience) {
  return [{ type: 'await', params: { awaiting } }, 'stopPatience', 'startPatience'] as const;
}
