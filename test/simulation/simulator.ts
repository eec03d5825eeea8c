/** What the bundle of the simulator exports to tests: drawing a story, and letting one happen. */
export { toPlainReport } from './command/plain-report.js';
export { drawStory } from './story/draw-story.js';
export { runStory } from './story/run-story.js';
