import { initialTransition } from 'xstate';
import { type MasterEvent, masterMachine } from '../../../src/machines/master.machine.js';
import { describeTable } from './state-event-table.js';

const grid = `
state                   | runs         | stop     | thread lost | done       | error    | grace over
opening                 | open         | stopping | stopping    | recovering | stopping |
opening (all reported)  | open         | stopping | stopping    | serving    | stopping |
recovering (none heard) | recoverGrace | stopping | stopping    |            |          | serving
recovering (most)       | recoverGrace | stopping | stopping    |            |          | serving
recovering (few)        | recoverGrace | stopping | stopping    |            |          | safe mode
recovering (older)      | recoverGrace | stopping | stopping    |            |          | safe mode
recovering (to come)    | recoverGrace | stopping | stopping    |            |          | taking in
taking in               |              | stopping | stopping    |            |          |
safe mode (few)         |              | stopping | stopping    |            |          |
safe mode (older)       |              | stopping | stopping    |            |          |
serving                 |              | stopping | stopping    |            |          |
serving (few left)      |              | stopping | stopping    |            |          |
stopping                | close        | declined | stays: failure lost | stopped    | failed   |
stopping (thread lost)  | close        | declined | stays       | failed     | failed   |
stopping (then lost)    | close        | declined | stays       | failed     | failed   |
stopped                 | over
failed                  | over

state                   | evidence whole | evidence most | evidence few | evidence older | evidence to come
opening                 | weighs whole   | weighs most   | weighs few   | weighs older | weighs to come
opening (all reported)  | stays          | weighs most   | weighs few   | weighs older | weighs to come
recovering (none heard) | serving        | weighs most   | weighs few   | weighs older | weighs to come
recovering (most)       | serving        | stays         | weighs few   | weighs older | weighs to come
recovering (few)        | serving        | weighs most   | stays        | weighs older | weighs to come
recovering (older)      | serving        | weighs most   | weighs few   | stays | weighs to come
recovering (to come)    | serving        | weighs most   | weighs few   | weighs older   | stays
taking in               | serving        | serving       | safe mode    | safe mode      | stays
safe mode (few)         | serving        | serving       | stays        | weighs older | weighs to come
safe mode (older)       | serving        | serving       | weighs few   | stays | weighs to come
serving                 | stays          | weighs most   | weighs few   | safe mode | weighs to come
serving (few left)      | weighs whole   | weighs most   | stays        | safe mode | weighs to come
stopping                | weighs whole   | weighs most   | weighs few   | weighs older | weighs to come
stopping (thread lost)  | weighs whole   | weighs most   | weighs few   | weighs older | weighs to come
stopping (then lost)    | weighs whole   | weighs most   | weighs few   | weighs older | weighs to come
stopped                 | over
failed                  | over
`;

const evidence = (reported: number, ahead: readonly string[] = []) =>
  ({
    type: 'evidence',
    evidence: { known: 3, reported, ahead, comingIn: 0, base: 'trusted' },
  }) as const;

const toCome = { known: 3, reported: 2, ahead: [], comingIn: 1, base: 'rebuilt' } as const;

describeTable<MasterEvent>('table of the master machine', {
  start: () => initialTransition(masterMachine, { recoverGraceMs: 1000 }),
  events: {
    evidence: [
      ['whole', evidence(3)],
      ['most', evidence(2)],
      ['few', evidence(1)],
      ['older', evidence(3, ['k1'])],
      ['to come', { type: 'evidence', evidence: toCome }],
    ],
    'thread lost': { type: 'thread lost', failure: new Error('lost') },
    stop: { type: 'stop' },
  },
  internal: {
    done: { kind: 'done', src: '*', output: undefined },
    error: { kind: 'error', src: '*', error: new Error('broken') },
    'grace over': { kind: 'after', delay: 'recoverGrace' },
  },
  actorsAre: 'promises',
  paths: {
    opening: [],
    'opening (all reported)': ['evidence whole'],
    'recovering (none heard)': ['done'],
    'recovering (most)': ['done', 'evidence most'],
    'recovering (few)': ['done', 'evidence few'],
    'recovering (older)': ['done', 'evidence older'],
    'recovering (to come)': ['done', 'evidence to come'],
    'taking in': ['done', 'evidence to come', 'grace over'],
    'safe mode (few)': ['done', 'evidence few', 'grace over'],
    'safe mode (older)': ['done', 'evidence whole', 'evidence older'],
    serving: ['done', 'evidence whole'],
    'serving (few left)': ['done', 'evidence whole', 'evidence few'],
    stopping: ['done', 'stop'],
    'stopping (thread lost)': ['done', 'thread lost'],
    'stopping (then lost)': ['done', 'stop', 'thread lost'],
    stopped: ['stop', 'done'],
    failed: ['error', 'done'],
  },
  passing: [],
  grid,
  words: {
    'weighs whole': 'stays: verdict {"trust":"whole"}',
    'weighs most':
      'stays: verdict {"trust":"waiting","reason":"2 of 3 known keepers have reported"}',
    'weighs few':
      'stays: verdict {"trust":"none","reason":"1 of 3 known keepers have reported: retire those that will never come back"}',
    'weighs to come':
      'stays: verdict {"trust":"not yet","reason":"rebuilding: 2 of 3 keepers have been taken in"}',
    'weighs older':
      'stays: verdict {"trust":"none","reason":"the table is older than what k1 has seen of it: put the later one back, or start the master with --rebuild"}',
  },
  dropped: {
    'stopping × stop': 'the second wish is the first one',
    'stopping (thread lost) × stop': 'it stops already, and ends as failed all the same',
    'stopping (then lost) × stop': 'it stops already, and ends as failed all the same',
  },
});
