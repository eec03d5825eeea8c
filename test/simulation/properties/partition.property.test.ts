import { describeProperty } from '../a-property.js';

describeProperty('partition', 'answers on both sides of a partition with the truth or not at all', {
  kinds: ['partition', 'cut link', 'cut data port', 'reset connections', 'crash keeper'],
});
