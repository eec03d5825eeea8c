import { describeProperty } from '../a-property.js';

describeProperty(
  'restart storm',
  'comes through many restarts at once without copying or losing anything for nothing',
  { kinds: ['crash everything', 'stop keeper', 'stop master', 'crash keeper', 'end thread'] },
);
