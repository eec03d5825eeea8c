import { describeProperty } from '../a-property.js';

describeProperty('name reuse', 'never serves old bytes under a name that is used again', {
  kinds: ['crash keeper', 'crash master', 'slow link', 'kill client'],
  calls: ['put', 'remove', 'rename', 'get', 'stat'],
  names: 1,
});
