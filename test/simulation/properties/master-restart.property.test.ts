import { describeProperty } from '../a-property.js';

describeProperty(
  'master restart',
  'keeps what was acknowledged, and deletes nothing in ignorance, when the master starts anew',
  { kinds: ['crash master', 'stop master', 'crash in commit', 'pause', 'crash keeper'] },
);
