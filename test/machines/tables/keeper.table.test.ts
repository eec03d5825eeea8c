import { initialTransition } from 'xstate';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { type KeeperEvent, keeperMachine } from '../../../src/machines/keeper.machine.js';
import { describeTable } from './state-event-table.js';

const grid = `
state                | runs               | drain    | pool died | session lost | retry due   | report due
identifying          | identify           | draining | draining  | -            |             |
registering          | register           | draining | draining  | -            |             |
reporting            | report             | draining | draining  | away         |             |
serving              | scrub, reportAgain | draining | draining  | registering  |             | -
serving (incomplete) | scrub, reportAgain | draining | draining  | registering  |             | reporting
away                 | retryDelay         | draining | draining  | -            | registering |
draining             | drain              | declined | declined  | -            |             |
draining (failed)    | drain              | declined | declined  | -            |             |
stopped              | over
failed               | over

state                | done        | report incomplete | error    | error for good
identifying          | registering |                   | draining | draining
registering          | reporting   |                   | away     | draining
reporting            | serving     | serving           | away     | away
serving              | -           |                   | draining | draining
serving (incomplete) | -           |                   | draining | draining
away                 |             |                   |          |
draining             | stopped     |                   | failed   | failed
draining (failed)    | failed      |                   | failed   | failed
stopped              | over
failed               | over
`;

describeTable<KeeperEvent>('table of the keeper machine', {
  start: () =>
    initialTransition(keeperMachine, {
      retryDelayMs: 100,
      retryDelayMaxMs: 400,
      reportAgainMs: 1000,
    }),
  events: {
    drain: { type: 'drain' },
    'pool died': { type: 'pool died', failure: new ReelkeepError('internal', 'a thread failed') },
    'session lost': { type: 'session lost', reason: 'the master is gone' },
  },
  internal: {
    done: { kind: 'done', src: '*', output: 'complete' },
    'report incomplete': { kind: 'done', src: 'report', output: 'incomplete' },
    error: { kind: 'error', src: '*', error: new ReelkeepError('unavailable', 'away') },
    'error for good': { kind: 'error', src: '*', error: new ReelkeepError('not-allowed', 'no') },
    'retry due': { kind: 'after', delay: 'retryDelay' },
    'report due': { kind: 'after', delay: 'reportAgain' },
  },
  actorsAre: 'promises',
  paths: {
    identifying: [],
    registering: ['done'],
    reporting: ['done', 'done'],
    serving: ['done', 'done', 'done'],
    'serving (incomplete)': ['done', 'done', 'report incomplete'],
    away: ['done', 'error'],
    draining: ['done', 'done', 'done', 'drain'],
    'draining (failed)': ['error'],
    stopped: ['drain', 'done'],
    failed: ['error', 'done'],
  },
  passing: [],
  grid,
  dropped: {
    'registering × session lost': 'registering looks for its session itself when it ends',
    'away × session lost': 'it is going to register anyway, which opens a new session',
    'draining × session lost': 'it is leaving',
    'draining × drain': 'the second wish is the first one',
    'serving × report due': 'the master has all of it',
    'serving × done': 'a scrub ends only when it is told to',
    'serving (incomplete) × done': 'as before',
  },
});
