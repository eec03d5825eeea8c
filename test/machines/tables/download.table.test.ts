import { initialTransition } from 'xstate';
import { type DownloadEvent, downloadMachine } from '../../../src/machines/download.machine.js';
import { fileOf } from '../a-file.js';
import { describeTable } from './state-event-table.js';

const grid = `
state                     | runs             | located 1 | located 2 | unreachable
locating                  | locate, patience | opening   | opening   | waiting
locating (1 located)      | locate, patience | opening   | opening   | waiting
locating (1 opened)       | locate, patience | fetching  | opening   | waiting
locating (2 located last) | locate, patience | failed    | opening   | waiting
opening                   | open, patience   | -         | -         | -
fetching (bytes came)     | fetch, patience  | -         | -         | -
fetching (bytes awaited)  | fetch, patience  | -         | -         | -
fetching (source awaited) | fetch, patience  | -         | -         | -
waiting                   | patience, retry  | -         | -         | -
finishing                 | finish           | -         | -         | -
done                      | over
failed                    | over

state                     | opened   | progressed                | sources ended | whole     | named
locating                  | -        | anew 30 s                 | -             | -         | -
locating (1 located)      | -        | waits 0, anew 30 s        | -             | -         | -
locating (1 opened)       | -        | waits 0, anew 30 s        | -             | -         | -
locating (2 located last) | -        | waits 0, anew 30 s        | -             | -         | -
opening                   | fetching | anew 30 s                 | waiting       | -         | -
fetching (bytes came)     | -        | anew 60 s                 | locating      | finishing | -
fetching (bytes awaited)  | -        | waits 0, anew 60 s        | waiting       | finishing | -
fetching (source awaited) | -        | bytes, waits 0, anew 60 s | waiting       | finishing | -
waiting                   | -        | waits 0, anew 30 s        | -             | -         | -
finishing                 | -        | -                         | -             | -         | done
done                      | over
failed                    | over

state                     | refused | interrupt | patience ended | task breaks | retry due
locating                  | failed  | failed    | failed         | breaks      |
locating (1 located)      | failed  | failed    | failed         | breaks      |
locating (1 opened)       | failed  | failed    | failed         | breaks      |
locating (2 located last) | failed  | failed    | failed         | breaks      |
opening                   | failed  | failed    | failed         | breaks      |
fetching (bytes came)     | failed  | failed    | failed         | breaks      |
fetching (bytes awaited)  | failed  | failed    | failed         | breaks      |
fetching (source awaited) | failed  | failed    | failed         | breaks      |
waiting                   | failed  | failed    | failed         |             | locating
finishing                 | failed  | failed    | -              | breaks      |
done                      | over
failed                    | over
`;

const located = (mark: string) =>
  ({ type: 'located', located: { file: fileOf(mark), sources: [] } }) as const;

const error = { code: 'unavailable', detail: 'away' } as const;

describeTable<DownloadEvent>('table of the download machine', {
  start: () =>
    initialTransition(downloadMachine, {
      name: 'a.mp4',
      runId: 'run',
      patienceMs: { source: 30_000, bytes: 60_000 },
      startsMax: 2,
    }),
  events: {
    located: [
      ['1', located('1')],
      ['2', located('2')],
    ],
    unreachable: { type: 'unreachable', error },
    refused: { type: 'refused', error },
    opened: { type: 'opened' },
    progressed: { type: 'progressed' },
    'sources ended': { type: 'sources ended', error },
    whole: { type: 'whole' },
    named: { type: 'named' },
    interrupt: { type: 'interrupt', error },
    'patience ended': { type: 'patience ended' },
  },
  internal: {
    'task breaks': { kind: 'error', src: '*', error: new Error('a defect') },
    'retry due': { kind: 'after', delay: 'retry' },
  },
  actorsAre: 'tasks',
  paths: {
    locating: [],
    'locating (1 located)': ['located 1', 'sources ended', 'retry due'],
    'locating (1 opened)': ['located 1', 'opened', 'sources ended', 'retry due'],
    'locating (2 located last)': [
      ...['located 1', 'opened', 'sources ended', 'retry due'],
      ...['located 2', 'sources ended', 'retry due'],
    ],
    opening: ['located 1'],
    'fetching (bytes came)': ['located 1', 'opened', 'progressed'],
    'fetching (bytes awaited)': ['located 1', 'opened'],
    'fetching (source awaited)': ['located 1', 'opened', 'sources ended', 'retry due', 'located 1'],
    waiting: ['unreachable'],
    finishing: ['located 1', 'opened', 'whole'],
    done: ['located 1', 'opened', 'whole', 'named'],
    failed: ['refused'],
  },
  passing: [],
  grid,
  words: {
    'anew 30 s': 'stays: cancel patience, set patience 30000 ms',
    'waits 0, anew 30 s': 'stays: waits 0, cancel patience, set patience 30000 ms',
    'anew 60 s': 'stays: cancel patience, set patience 60000 ms',
    'waits 0, anew 60 s': 'stays: waits 0, cancel patience, set patience 60000 ms',
    'bytes, waits 0, anew 60 s':
      'stays: awaiting bytes, waits 0, cancel patience, set patience 60000 ms',
  },
  dropped: {
    'finishing × progressed': 'nobody is waited for',
    'finishing × patience ended':
      'the timer was cancelled; the local disk is waited for without end',
    'waiting × sources ended': 'the fetch that had them is over',
  },
});
