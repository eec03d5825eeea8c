/** Gives the download machine its world: the master's word, all keepers at once, a local file. */
import { randomBytes } from 'node:crypto';
import { createActor, toPromise } from 'xstate';
import type { FileView } from '../../domain/file-view.js';
import { downloadMachine } from '../../machines/download.machine.js';
import { Lives } from '../runtime/lives.js';
import { chunkAllowanceMs, clientLimits } from './client-limits.js';
import type { GetRequest } from './cluster.js';
import { DownloadTasks } from './download-tasks.js';
import type { Resources } from './resources.js';
import { runTransfer } from './run-transfer.js';
import { Tasks, type TransferLife, taskIn } from './tasks.js';

/** @throws ReelkeepError, or the stream's own error when it takes no more */
export async function download(request: GetRequest, resources: Resources): Promise<FileView> {
  const tasks = new Tasks();
  const work = new DownloadTasks(request, resources);
  const actor = createActor(machine, { input: inputOf(request, resources) });
  lives.begin(actor, { tasks, world: work });
  try {
    return await runTransfer(actor, toPromise(actor), resources.signal);
  } catch (error) {
    throw work.streamFailure ?? error;
  } finally {
    await tasks.settled();
    await work.close();
  }
}

const lives = new Lives<TransferLife<DownloadTasks>>();
const task = taskIn(lives);

const machine = downloadMachine.provide({
  actors: {
    locate: task(({ locate }) => locate),
    open: task(({ open }) => open),
    fetch: task(({ fetch }) => fetch),
    finish: task(({ finish }) => finish),
  },
});

const inputOf = ({ name, to }: GetRequest, { patienceMs }: Resources) => ({
  name,
  runId: randomBytes(8).toString('hex'),
  patienceMs: { source: patienceMs, bytes: patienceMs + chunkAllowanceMs() },
  // What has been written to a stream cannot be taken back.
  startsMax: 'stream' in to ? 1 : clientLimits.startsMax,
});
