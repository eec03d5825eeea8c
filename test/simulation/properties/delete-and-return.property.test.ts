import { describeProperty } from '../a-property.js';

describeProperty('delete and return', 'never shows a deleted file again, whatever comes back', {
  kinds: ['crash keeper', 'stop keeper', 'partition', 'stale replica'],
  calls: ['put', 'remove', 'get', 'list'],
  names: 2,
});
