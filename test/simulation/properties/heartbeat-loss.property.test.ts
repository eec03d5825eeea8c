import { describeProperty } from '../a-property.js';

describeProperty('heartbeat loss', 'loses those who fell silent, and nothing that they held', {
  kinds: ['pause', 'cut link', 'half-open link', 'lossy link', 'slow link', 'jump wall clock'],
});
