import { describeProperty } from '../a-property.js';

describeProperty('crash', 'keeps every promise whatever crashes, and whenever', {
  kinds: ['crash keeper', 'crash master', 'crash everything', 'crash in commit', 'kill client'],
});
