import { initialTransition } from 'xstate';
import { keeperId, uploadId } from '../../../src/domain/ids.js';
import { type UploadEvent, uploadMachine } from '../../../src/machines/upload.machine.js';
import { fileOf } from '../a-file.js';
import { describeTable } from './state-event-table.js';

const grid = `
state                      | runs                  | placed  | committed  | unreachable | refused
requesting                 | request, patience     | sending | confirming | waiting     | failed
requesting (asked before)  | request, patience     | sending | confirming | waiting     | abandoning
requesting (placed before) | request, patience     | sending | confirming | waiting     | abandoning
waiting                    | patience, retry       | -       | -          | -           | abandoning
sending                    | watch, send, patience | -       | -          | -           | abandoning
sending (all sent)         | watch, send, patience | -       | -          | -           | abandoning
sending (last keeper)      | watch, send, patience | -       | -          | -           | abandoning
confirming                 | watch, patience       | -       | -          | -           | abandoning
confirming (last keeper)   | watch, patience       | -       | -          | -           | abandoning
abandoning                 | abandon               | -       | failed     | failed      | failed
acked                      | over
failed                     | over

state                      | progressed          | all sent    | stored     | keeper failed
requesting                 | anew 30 s           | awaits sync | -          | -
requesting (asked before)  | waits 0, anew 30 s  | awaits sync | -          | -
requesting (placed before) | waits 0, anew 30 s  | awaits sync | -          | -
waiting                    | waits 0, anew 30 s  | awaits sync | -          | -
sending                    | anew 60 s           | awaits sync | confirming | waiting
sending (all sent)         | anew 90 s           | anew 90 s   | confirming | waiting
sending (last keeper)      | waits 0, anew 60 s  | awaits sync | confirming | abandoning
confirming                 | anew 120 s          | awaits sync | -          | waiting
confirming (last keeper)   | waits 0, anew 120 s | awaits sync | -          | abandoning
abandoning                 | -                   | -           | -          | -
acked                      | over
failed                     | over

state                      | acked | other bytes | name is free | interrupt  | patience ended | task breaks | retry due
requesting                 | acked | failed      | -            | abandoning | abandoning     | breaks      |
requesting (asked before)  | acked | failed      | -            | abandoning | abandoning     | breaks      |
requesting (placed before) | acked | failed      | -            | abandoning | abandoning     | breaks      |
waiting                    | acked | failed      | -            | abandoning | abandoning     |             | requesting
sending                    | acked | failed      | -            | abandoning | abandoning     | breaks      |
sending (all sent)         | acked | failed      | -            | abandoning | abandoning     | breaks      |
sending (last keeper)      | acked | failed      | -            | abandoning | abandoning     | breaks      |
confirming                 | acked | failed      | -            | abandoning | abandoning     | breaks      |
confirming (last keeper)   | acked | failed      | -            | abandoning | abandoning     | breaks      |
abandoning                 | acked | failed      | failed       | -          | -              | breaks      |
acked                      | over
failed                     | over
`;

const file = fileOf('1');

const ticket = { claims: new Uint8Array(), proofKey: new Uint8Array() };
const keeper = { keeper: keeperId('k1'), host: '127.0.0.1', port: 7001, tls: false, ticket };
const error = { code: 'unavailable', detail: 'away' } as const;

describeTable<UploadEvent>('table of the upload machine', {
  start: () =>
    initialTransition(uploadMachine, {
      uploadId: uploadId('0'.repeat(32)),
      failuresMax: 2,
      patienceMs: { master: 30_000, bytes: 60_000, sync: 90_000, copies: 120_000 },
    }),
  events: {
    placed: { type: 'placed', placement: { fileId: file.fileId, keeper } },
    committed: { type: 'committed' },
    unreachable: { type: 'unreachable', error },
    refused: { type: 'refused', error },
    progressed: { type: 'progressed' },
    'all sent': { type: 'all sent' },
    stored: { type: 'stored' },
    'keeper failed': { type: 'keeper failed', error, exclude: keeper.keeper },
    acked: { type: 'acked', file },
    'other bytes': { type: 'other bytes', error },
    'name is free': { type: 'name is free' },
    interrupt: { type: 'interrupt', error },
    'patience ended': { type: 'patience ended' },
  },
  internal: {
    'task breaks': { kind: 'error', src: '*', error: new Error('a defect') },
    'retry due': { kind: 'after', delay: 'retry' },
  },
  actorsAre: 'tasks',
  paths: {
    requesting: [],
    'requesting (asked before)': ['unreachable', 'retry due'],
    'requesting (placed before)': ['placed', 'keeper failed', 'retry due'],
    waiting: ['unreachable'],
    sending: ['placed'],
    'sending (all sent)': ['placed', 'all sent'],
    'sending (last keeper)': ['placed', 'keeper failed', 'retry due', 'placed'],
    confirming: ['placed', 'stored'],
    'confirming (last keeper)': ['placed', 'keeper failed', 'retry due', 'placed', 'stored'],
    abandoning: ['interrupt'],
    acked: ['acked'],
    failed: ['refused'],
  },
  passing: ['choosing'],
  grid,
  words: {
    'anew 30 s': 'stays: cancel patience, set patience 30000 ms',
    'waits 0, anew 30 s': 'stays: waits 0, cancel patience, set patience 30000 ms',
    'anew 60 s': 'stays: cancel patience, set patience 60000 ms',
    'waits 0, anew 60 s': 'stays: waits 0, cancel patience, set patience 60000 ms',
    'anew 90 s': 'stays: cancel patience, set patience 90000 ms',
    'sync, anew 90 s': 'stays: awaiting sync, cancel patience, set patience 90000 ms',
    'anew 120 s': 'stays: cancel patience, set patience 120000 ms',
    'waits 0, anew 120 s': 'stays: waits 0, cancel patience, set patience 120000 ms',
    'awaits sync': 'stays: awaiting sync, allSent true, cancel patience, set patience 90000 ms',
  },
  dropped: {
    'sending × unreachable': '`watch` asks again by itself',
    'confirming × unreachable': '`watch` asks again by itself',
    'confirming × stored': 'the keeper has said so before',
    'abandoning × interrupt': 'it is ending already, within the time limits of its two calls',
    'abandoning × patience ended': 'the timer was cancelled; each call has its own time limit',
    'abandoning × keeper failed': 'bytes are of no use any more',
    'abandoning × all sent': 'whether every byte was sent is judged by what was known on giving up',
  },
});
