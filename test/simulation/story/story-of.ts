import fc from 'fast-check';
import { mix } from '../world/chance.js';
import { drawStory, type StoryOptions } from './draw-story.js';
import type { Story } from './story.js';

/** The story of one run of many: it follows from the seed and the place of the run alone. */
export function storyOf(seed: number, run: number, options: StoryOptions = {}): Story {
  const [story] = fc.sample(drawStory(options), { seed: mix(seed, run) | 0, numRuns: 1 });
  if (story === undefined) throw new Error('fast-check drew nothing');
  return story;
}
