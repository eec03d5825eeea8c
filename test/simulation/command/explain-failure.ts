/** Shortens a failing story, keeps it in a file, and tells it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Story } from '../story/story.js';
import type { PlainReport } from './plain-report.js';
import { shrinkStory, stepText } from './shrink.js';
import { tellReport } from './tell-report.js';

export interface KeptStory {
  readonly invariant: string;
  readonly detail: string;
  readonly story: Story;
  /** Name of the bug that was planted. */
  readonly mutant?: string;
}

const triesMax = 400;

/** Lets a story happen. */
type Play = (story: Story) => Promise<PlainReport>;

async function shrinkReport(play: Play, failed: PlainReport): Promise<PlainReport> {
  const invariant = failed.violation?.invariant;
  let best = failed;
  await shrinkStory(failed.story, {
    triesMax,
    fails: async (story) => {
      const report = await play(story);
      const isSame = report.violation?.invariant === invariant;
      if (isSame) best = report;
      return isSame;
    },
  });
  return best;
}

export interface Explaining {
  readonly play: Play;
  /** Told what is being done, for it may take a minute. */
  readonly say: (line: string) => void;
  /** Name of the bug that was planted. */
  readonly mutant?: string;
}

export async function explainFailure(
  failed: PlainReport,
  { play, say, mutant }: Explaining,
): Promise<string> {
  say(`${failed.violation?.invariant}: ${failed.violation?.detail}; making its story shorter…`);
  const shrunk = await shrinkReport(play, failed);
  const file = await keep(shrunk, mutant);
  return [
    tellReport(shrunk),
    '',
    `its steps, ${shrunk.story.steps.length} of ${failed.story.steps.length}:`,
    ...shrunk.story.steps.map(stepText),
    '',
    `replay: npm run simulate -- --replay ${file}`,
  ].join('\n');
}

async function keep({ story, violation }: PlainReport, mutant?: string): Promise<string> {
  const directory = join('dist', 'simulation', 'failed');
  await mkdir(join(process.cwd(), directory), { recursive: true });
  const file = join(directory, `${violation?.invariant ?? 'run'}-${story.seed}.json`);
  const kept: KeptStory = {
    invariant: violation?.invariant ?? '',
    detail: violation?.detail ?? '',
    ...(mutant === undefined ? {} : { mutant }),
    story,
  };
  await writeFile(join(process.cwd(), file), `${JSON.stringify(kept, null, 2)}\n`);
  return file;
}
