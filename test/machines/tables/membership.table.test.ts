import { admitMember, type MembershipEvent } from '../../../src/machines/membership.machine.js';
import { describeTable } from './state-event-table.js';

const grid = `
state                   | admitted             | reported             | heard    | suspected
joining                 | stays: incarnation 2 | alive                | -        | suspect
alive                   | joining              | stays                | -        | suspect
draining                | joining              | stays                | -        | suspect
draining (not reported) | joining              | stays: reported true | -        | suspect
suspect                 | joining              | stays                | alive    | -
suspect (not reported)  | joining              | stays: reported true | joining  | -
suspect (draining)      | joining              | stays                | draining | -
lost                    | joining              | stays                | alive    | -
lost (not reported)     | joining              | stays: reported true | joining  | -
lost (draining)         | joining              | stays                | draining | -
retired                 | declined             | declined             | -        | -

state                   | given up | drain                | retire   | runs
joining                 | lost     | draining             | retired  |
alive                   | lost     | draining             | retired  |
draining                | lost     | stays                | retired  |
draining (not reported) | lost     | stays                | retired  |
suspect                 | lost     | stays: draining true | retired  |
suspect (not reported)  | lost     | stays: draining true | retired  |
suspect (draining)      | lost     | stays                | retired  |
lost                    | -        | stays: draining true | retired  |
lost (not reported)     | -        | stays: draining true | retired  |
lost (draining)         | -        | stays                | retired  |
retired                 | -        | declined             | declined |
`;

describeTable<MembershipEvent>('table of the membership machine', {
  start: () => [admitMember(1), []],
  events: {
    admitted: { type: 'admitted', incarnation: 2 },
    reported: { type: 'reported' },
    heard: { type: 'heard' },
    suspected: { type: 'suspected' },
    'given up': { type: 'given up' },
    drain: { type: 'drain' },
    retire: { type: 'retire' },
  },
  internal: {},
  actorsAre: 'promises',
  paths: {
    joining: [],
    alive: ['reported'],
    draining: ['reported', 'drain'],
    'draining (not reported)': ['drain'],
    suspect: ['reported', 'suspected'],
    'suspect (not reported)': ['suspected'],
    'suspect (draining)': ['reported', 'drain', 'suspected'],
    lost: ['reported', 'given up'],
    'lost (not reported)': ['given up'],
    'lost (draining)': ['reported', 'drain', 'given up'],
    retired: ['reported', 'retire'],
  },
  passing: [],
  grid,
  dropped: {
    'suspect × suspected': 'silence is judged at each tick',
    'lost × suspected': 'it is more than suspected',
    'lost × given up': 'so it was',
    'retired × admitted': 'the table admits no retired keeper',
    'retired × heard': 'a retired keeper that still beats is not a member',
  },
});
