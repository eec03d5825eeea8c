import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { toPlainError } from '../../domain/errors.js';
import { LmdbTableStore } from '../../storage/lmdb-table-store.js';
import { TableSnapshots } from '../../storage/table-snapshots.js';
import { nameThread } from '../runtime/thread-name.js';
import type { FromTableThread, TableThreadData, ToTableThread } from './envelope.js';
import { TableServer } from './table-server.js';

assert(parentPort !== null, 'lookup-table runs only as a worker thread');
nameThread('lookup-table');
const port = parentPort;
const post = (message: FromTableThread) => port.postMessage(message);

try {
  const { dataDir, limits, snapshots: policy, opening } = workerData as TableThreadData;
  const store = await LmdbTableStore.open(dataDir, { opening, kept: policy.kept });
  const { facts, restored, lost, isUnread } = store.opened;
  const server = new TableServer(port, store, limits);
  const snapshots = await TableSnapshots.start({
    place: store.directory,
    policy,
    isNew: facts === undefined,
    isUnread,
    identity: () => store.identity,
    onSound: () => {
      store.noteRead();
      post({ type: 'read' });
    },
    onDamage: fail,
    onNews: (news) => post({ type: 'snapshots', news }),
  });
  port.on('message', (message: ToTableThread) => {
    try {
      if (server.receive(message) === 'running') return;
      port.removeAllListeners('message');
      snapshots
        .stop()
        .then(() => store.close())
        .then(() => port.close(), fail);
    } catch (error) {
      fail(error);
    }
  });
  post({
    type: 'opened',
    identity: store.identity,
    restored,
    lost,
    isUnread,
    snapshots: snapshots.news,
  });
} catch (error) {
  fail(error);
}

/** Whatever it is, the table cannot be trusted to go on: a thread half-dead is worse than one ended. */
function fail(error: unknown): void {
  post({ type: 'failed', error: toPlainError(error) });
  process.exit(1);
}
