import { initialTransition } from 'xstate';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { keeperId } from '../../../src/domain/ids.js';
import { copyMachine } from '../../../src/machines/copy.machine.js';
import { describeTable } from './state-event-table.js';

const grid = `
state                           | runs          | done            | unavailable       | integrity         | no-space
fetching manifest               | fetchManifest | staging         | next source       | next, a blamed    | next (full)
fetching manifest (last source) | fetchManifest | staging         | failed            | failed            | failed
staging                         | stage         | fetching chunks | failed            | failed            | failed
staging (last source)           | stage         | fetching chunks | failed            | failed            | failed
fetching chunks                 | fetchChunks   | storing         | fetching manifest | fetching manifest | failed
fetching chunks (last source)   | fetchChunks   | storing         | failed            | failed            | failed
storing                         | store         | stored          | failed            | failed            | failed
storing (last source)           | store         | stored          | failed            | failed            | failed
stored                          | over
failed                          | over
`;

describeTable<never>('table of the copy machine', {
  start: () => initialTransition(copyMachine, { sources: ['a', 'b'].map(keeperId) }),
  events: {},
  internal: {
    done: { kind: 'done', src: '*', output: undefined },
    unavailable: { kind: 'error', src: '*', error: new ReelkeepError('unavailable', 'gone') },
    integrity: { kind: 'error', src: '*', error: new ReelkeepError('integrity', 'rot') },
    'no-space': { kind: 'error', src: '*', error: new ReelkeepError('no-space', 'full') },
  },
  actorsAre: 'promises',
  paths: {
    'fetching manifest': [],
    'fetching manifest (last source)': ['unavailable'],
    staging: ['done'],
    'staging (last source)': ['unavailable', 'done'],
    'fetching chunks': ['done', 'done'],
    'fetching chunks (last source)': ['unavailable', 'done', 'done'],
    storing: ['done', 'done', 'done'],
    'storing (last source)': ['unavailable', 'done', 'done', 'done'],
    stored: ['done', 'done', 'done', 'done'],
    failed: ['unavailable', 'unavailable'],
  },
  passing: ['next source'],
  grid,
  words: {
    'next source': 'stays: current 1, failure gone, start fetchManifest',
    'next, a blamed': 'stays: current 1, badSource a, failure rot, start fetchManifest',
    'next (full)': 'stays: current 1, failure full, start fetchManifest',
  },
  dropped: {},
});
