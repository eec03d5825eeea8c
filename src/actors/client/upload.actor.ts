/** Gives the upload machine its world: the master's word, a keeper's connection, a local file. */
import { randomBytes } from 'node:crypto';
import { createActor, toPromise } from 'xstate';
import type { FileView } from '../../domain/file-view.js';
import { uploadId } from '../../domain/ids.js';
import { type UploadInput, uploadMachine } from '../../machines/upload.machine.js';
import { Lives } from '../runtime/lives.js';
import { chunkAllowanceMs, clientLimits, copyAllowanceMs } from './client-limits.js';
import type { PutRequest, TransferProgress } from './cluster.js';
import type { Resources } from './resources.js';
import { runTransfer } from './run-transfer.js';
import { Tasks, type TransferLife, taskIn } from './tasks.js';
import { UploadSource } from './upload-source.js';
import {
  abandonUpload,
  requestPlacement,
  sendBytes,
  type UploadWorld,
  watchMaster,
} from './upload-tasks.js';

/** @throws ReelkeepError */
export async function upload(request: PutRequest, resources: Resources): Promise<FileView> {
  const source = await UploadSource.open(request.path, resources.pool);
  const tasks = new Tasks();
  try {
    const structureProblem = await source.structureProblem();
    const report = progressReporter(request, source.size);
    const world: UploadWorld = { request, source, structureProblem, resources, report };
    const actor = createActor(machine, { input: inputOf(request, source, resources) });
    lives.begin(actor, { tasks, world });
    return await runTransfer(actor, toPromise(actor), resources.signal);
  } finally {
    await tasks.settled();
    await source.close();
  }
}

const lives = new Lives<TransferLife<UploadWorld>>();
const task = taskIn(lives);

const machine = uploadMachine.provide({
  actors: {
    request: task(requestPlacement),
    send: task(sendBytes),
    watch: task(watchMaster),
    abandon: task(abandonUpload),
  },
});

/** What the master takes when it is not told; only the patience for copies rests on it. */
const acksGuess = 3;

const inputOf = (
  { acks, target, uploadId: id }: PutRequest,
  { size }: UploadSource,
  { patienceMs }: Resources,
): UploadInput => ({
  uploadId: id ?? uploadId(randomBytes(16).toString('hex')),
  failuresMax: clientLimits.keeperFailuresMax,
  patienceMs: {
    master: patienceMs,
    bytes: patienceMs + chunkAllowanceMs(),
    sync: patienceMs + clientLimits.syncMs,
    copies: patienceMs + copyAllowanceMs(size, acks ?? target ?? acksGuess),
  },
});

/** Puts what is told bit by bit into one picture. */
function progressReporter({ onProgress }: PutRequest, size: number): UploadWorld['report'] {
  let progress: TransferProgress = { bytes: 0, size };
  return (news) => {
    progress = { ...progress, ...news };
    onProgress?.(progress);
  };
}
