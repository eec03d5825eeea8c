import { describeProperty } from '../a-property.js';

describeProperty(
  'concurrent puts',
  'acknowledges at most one of the uploads that want one name at once',
  {
    kinds: ['crash keeper', 'crash master', 'kill client', 'slow link'],
    calls: ['put', 'get', 'stat'],
    names: 2,
    burstMs: 3_000,
  },
);
