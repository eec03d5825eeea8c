import { initialTransition } from 'xstate';
import {
  type StoreReplicaEvent,
  storeReplicaMachine,
} from '../../../src/machines/store-replica.machine.js';
import { describeTable } from './state-event-table.js';

const grid = `
state                  | runs          | received | aborted    | given up
receiving              |               | checking | abandoning | abandoning
checking               | checkTotals   | -        | -          | abandoning
syncing data           | syncData      | -        | -          | abandoning
inspecting             | inspect       | -        | -          | abandoning
writing manifest       | writeManifest | -        | -          | abandoning
syncing manifest       | syncManifest  | -        | -          | abandoning
publishing             | publish       | -        | -          | abandoning
syncing directory      | syncDirectory | -        | -          | abandoning
reporting              | report        | -        | -          | abandoning
waiting for the master | reportDelay   | -        | -          | abandoning
discarding             | discard       | -        | -          | declined
abandoning             | abandon       | -        | -          | declined
stored                 | over
failed                 | over

state                  | done                     | refused    | error                  | report due
receiving              |                          |            |                        |
checking               | syncing data             |            | abandoning             |
syncing data           | inspecting               |            | abandoning             |
inspecting             | writing manifest         |            | abandoning             |
writing manifest       | syncing manifest         |            | abandoning             |
syncing manifest       | publishing               |            | abandoning             |
publishing             | syncing directory        |            | abandoning             |
syncing directory      | reporting + tell durable |            | abandoning             |
reporting              | stored                   | discarding | waiting for the master |
waiting for the master |                          |            |                        | reporting
discarding             | failed                   |            | failed                 |
abandoning             | failed                   |            | failed                 |
stored                 | over
failed                 | over
`;

const steps = (count: number): string[] => ['received', ...Array<string>(count).fill('done')];

describeTable<StoreReplicaEvent>('table of the store replica machine', {
  start: () =>
    initialTransition(storeReplicaMachine, { reportDelayMs: 100, reportDelayMaxMs: 400 }),
  events: {
    received: { type: 'received', totals: { size: 3, digest: 'd' } },
    aborted: { type: 'aborted', failure: new Error('the client is gone') },
    'given up': { type: 'given up', failure: new Error('the keeper stops') },
  },
  internal: {
    done: { kind: 'done', src: '*', output: { accepted: true } },
    refused: { kind: 'done', src: 'report', output: { accepted: false, reason: 'deleted' } },
    error: { kind: 'error', src: '*', error: new Error('EIO') },
    'report due': { kind: 'after', delay: 'reportDelay' },
  },
  actorsAre: 'promises',
  paths: {
    receiving: [],
    checking: steps(0),
    'syncing data': steps(1),
    inspecting: steps(2),
    'writing manifest': steps(3),
    'syncing manifest': steps(4),
    publishing: steps(5),
    'syncing directory': steps(6),
    reporting: steps(7),
    'waiting for the master': [...steps(7), 'error'],
    discarding: [...steps(7), 'refused'],
    abandoning: ['aborted'],
    stored: steps(8),
    failed: ['aborted', 'done'],
  },
  passing: ['durable'],
  grid,
  dropped: {
    'checking × aborted': 'S1: everything has come; the sender is not needed any more',
    'syncing directory × aborted': 'S1: it may be durable already',
    'reporting × aborted': 'a durable replica is taken away by the master alone',
    'waiting for the master × aborted': 'a durable replica is taken away by the master alone',
    'checking × received': 'totals are told once; what is being stored is judged by the first',
    'discarding × given up': 'it ends after this step anyway, and what the master refused must go',
    'abandoning × given up': 'that is what it does',
    'abandoning × aborted': 'it has been given up already',
  },
});
