/** A property of whole clusters: many stories of one kind, with the pinned seed and one more of today. */
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { seed } from '../seed.js';
import { explainFailure } from './command/explain-failure.js';
import type { PlainReport } from './command/plain-report.js';
import { loadSimulator } from './load-simulator.js';
import type * as Simulator from './simulator.js';
import type { StoryOptions } from './story/draw-story.js';
import type { Story } from './story/story.js';

const numRuns = 15;
const timeoutMs = 240_000;

/** @param sentence what holds, as the name of the test. */
export function describeProperty(name: string, sentence: string, options: StoryOptions): void {
  const freshSeed = Date.now() % 1_000_000_007;

  describe(`${name} (seed ${seed}, and ${freshSeed} of today)`, () => {
    let simulator: typeof Simulator;

    beforeAll(async () => {
      simulator = await loadSimulator();
    });

    const hold = async (from: number, runs: number): Promise<void> => {
      await fc.assert(
        fc.asyncProperty(simulator.drawStory(options), (story) => play(simulator, story)),
        { seed: from, numRuns: runs, endOnFailure: true },
      );
    };

    it(sentence, () => hold(seed, numRuns), timeoutMs);

    it(`holds with seed ${freshSeed}, too`, () => hold(freshSeed, 1), timeoutMs);
  });
}

async function play({ runStory, toPlainReport }: typeof Simulator, story: Story): Promise<void> {
  const playOne = async (one: Story): Promise<PlainReport> =>
    toPlainReport(await runStory(one), false);
  const report = await playOne(story);
  if (report.violation !== undefined)
    throw new Error(await explainFailure(report, { play: playOne, say: () => undefined }));
}
