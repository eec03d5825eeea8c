import { describeProperty } from '../a-property.js';

describeProperty('rot', 'never passes on what rotted on a disk, and makes it anew', {
  kinds: [
    'flipped bit',
    'truncated data',
    'damaged manifest',
    'false witness',
    'lost file',
    'swapped replicas',
    'crash keeper',
  ],
});
