import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeptStory } from './command/explain-failure.js';
import { tellReport } from './command/tell-report.js';
import { loadSimulator } from './load-simulator.js';
import type * as Simulator from './simulator.js';

const directory = join(process.cwd(), 'test/simulation/kept');
const timeoutMs = 120_000;

describe('a story that once failed', () => {
  let simulator: typeof Simulator;

  beforeAll(async () => {
    simulator = await loadSimulator();
  });

  it.each(readdirSync(directory).sort())(
    'ends well now: %s',
    async (file) => {
      const { story } = JSON.parse(await readFile(join(directory, file), 'utf8')) as KeptStory;

      const report = simulator.toPlainReport(await simulator.runStory(story), true);

      expect(report.violation, tellReport(report)).toBeUndefined();
    },
    timeoutMs,
  );

  it(
    'has one history, however often it happens (S52)',
    async () => {
      const [file = ''] = readdirSync(directory).sort();
      const { story } = JSON.parse(await readFile(join(directory, file), 'utf8')) as KeptStory;

      const first = await simulator.runStory(story);
      const again = await simulator.runStory(story);
      const other = await simulator.runStory({ ...story, seed: story.seed + 1 });

      expect(again.traceHash).toBe(first.traceHash);
      expect(other.traceHash).not.toBe(first.traceHash);
    },
    timeoutMs,
  );
});
