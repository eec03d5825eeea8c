import { describeProperty } from '../a-property.js';

describeProperty('slow disk', 'lets a slow or stuck disk slow only itself', {
  kinds: [
    'slow disk',
    'stuck disk',
    'full disk',
    'failing call',
    'failing sync',
    'short reads and writes',
  ],
});
