/** What each entry of `imports` in package.json runs in its thread, on a port of the simulated world. */
import type { MessagePort } from 'node:worker_threads';
import { createMonitor } from '../../../src/actors/heartbeat-monitor/behavior.js';
import type {
  FromTableThread,
  TableThreadData,
  ToTableThread,
} from '../../../src/actors/lookup-table/envelope.js';
import { TableServer } from '../../../src/actors/lookup-table/table-server.js';
import { createReplicationLoop } from '../../../src/actors/replication-loop/behavior.js';
import { serve } from '../../../src/actors/runtime/serve.js';
import { toPlainError } from '../../../src/domain/errors.js';
import type { LivenessLimits } from '../../../src/domain/liveness.js';
import type { ReplicationLimits } from '../../../src/domain/replication-limits.js';
import type { ThreadPort } from './worker-threads.js';
import { TrapError, thisProcess } from './world.js';

/** @param fail ends the thread, as an error that nobody catches would. */
export function runThread(
  entry: string,
  workerData: unknown,
  port: ThreadPort,
  fail: (error: unknown) => void,
): void {
  // The behaviors see of a port only what the twin has.
  const messagePort = port as unknown as MessagePort;
  switch (entry) {
    case '#thread/heartbeat-monitor':
      serve(createMonitor(workerData as LivenessLimits), messagePort);
      return;
    case '#thread/replication-loop':
      serve(createReplicationLoop(workerData as ReplicationLimits), messagePort);
      return;
    case '#thread/lookup-table':
      serveTable(workerData as TableThreadData, port, fail);
      return;
    default:
      throw new TrapError(`no thread is known as ${entry}`);
  }
}

function serveTable(
  { dataDir, limits }: TableThreadData,
  port: ThreadPort,
  fail: (error: unknown) => void,
): void {
  const post = (message: FromTableThread): void => port.postMessage(message);
  const process = thisProcess('its table');
  const giveUp = (error: unknown): void => {
    post({ type: 'failed', error: toPlainError(error) });
    port.close();
  };
  try {
    const store = process.machine.tables.open(dataDir, process);
    const server = new TableServer(port as unknown as MessagePort, store, limits);
    port.on('message', (message: ToTableThread) => {
      try {
        if (server.receive(message) === 'running') return;
        port.removeAllListeners('message');
        store.close().then(() => port.close(), fail);
      } catch (error) {
        port.removeAllListeners('message');
        giveUp(error);
      }
    });
    post({ type: 'opened', identity: store.identity });
  } catch (error) {
    giveUp(error);
  }
}
