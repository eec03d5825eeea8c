/** What passes between the command and the processes in which runs happen. */
import type { StoryOptions } from '../story/draw-story.js';
import type { Story } from '../story/story.js';

export type ToWorker =
  | {
      readonly type: 'draw';
      readonly seed: number;
      readonly run: number;
      readonly options?: StoryOptions;
    }
  | { readonly type: 'play'; readonly story: Story; readonly isVerbose: boolean };
