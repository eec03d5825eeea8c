import { PassThrough, Readable, type Writable } from 'node:stream';
import type { Cluster, ClusterOptions, ClusterStatus } from '../../../src/actors/client/cluster.js';
import { runClient } from '../../../src/cli/client/run-client.js';
import { type ErrorCode, ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { digest, fileId, keeperId, wallMs } from '../../../src/domain/ids.js';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  readonly options: ClusterOptions | undefined;
  readonly closed: boolean;
}

export interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly interrupted?: AbortSignal;
}

/** Runs a command against a cluster of which only what the test says is there. */
export async function run(
  argv: readonly string[],
  cluster: Partial<Cluster> = {},
  setting: Setting = {},
): Promise<Ran> {
  const out = new PassThrough();
  const err = new PassThrough();
  let options: ClusterOptions | undefined;
  let closed = false;
  const exit = await runClient(argv, {
    env: setting.env ?? {},
    stdin: setting.stdin ?? Readable.from([]),
    stdout: setting.stdout ?? out,
    stderr: err,
    interrupted: setting.interrupted ?? new AbortController().signal,
    openCluster: async (given) => {
      options = given;
      const close = async (): Promise<void> => {
        closed = true;
      };
      return { ...(cluster as Cluster), close };
    },
  });
  return { exit, out: textOf(out), err: textOf(err), options, closed };
}

const textOf = (stream: PassThrough): string => String(stream.read() ?? '');

export const aFileView = (changes: Partial<FileView> = {}): FileView => ({
  name: 'films/a.mp4',
  fileId: fileId('1'.repeat(32)),
  size: 1_503_238_554,
  digest: digest('2'.repeat(64)),
  createdAt: wallMs(Date.UTC(2026, 0, 2, 3, 4, 5)),
  target: 3,
  replicas: [
    {
      keeper: keeperId('k1'),
      address: '127.0.0.1:7001',
      state: 'live',
      verifiedAt: wallMs(Date.UTC(2026, 0, 2, 3, 4, 6)),
      path: `objects/11/${'1'.repeat(32)}.mp4`,
    },
  ],
  mp4: {
    kind: 'mp4',
    durationMs: 245_000,
    faststart: true,
    fragmented: false,
    tracks: [{ type: 'video', codec: 'avc1.64001f', width: 1280, height: 720 }],
  },
  ...changes,
});

export const aStatus = (changes: Partial<ClusterStatus> = {}): ClusterStatus => ({
  epoch: 1,
  mode: 'serving',
  modeReason: '',
  keepers: { alive: 3, suspect: 0, lost: 0 },
  files: 2,
  bytes: 10,
  belowTarget: 0,
  missing: 0,
  copiesInFlight: 0,
  surplus: 0,
  bytesToCopy: 0,
  uploadsInProgress: 0,
  deletionsDue: 0,
  settled: true,
  security: 'loopback',
  ...changes,
});

export const refuse = (code: ErrorCode, detail = 'so it is'): Promise<never> =>
  Promise.reject(new ReelkeepError(code, detail));

/** What is yielded one after another. */
export async function* each<Item>(...items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
