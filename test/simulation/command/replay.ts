/** `npm run simulate -- --replay FILE`: lets a kept story happen again, and tells it. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { allMutants } from '../mutants/all-mutants.js';
import { bundleWorker } from './bundle-worker.js';
import type { KeptStory } from './explain-failure.js';
import { tellReport } from './tell-report.js';
import { WorkerPool } from './worker-pool.js';

/** Answers the exit code: 0 when everything held, 1 when something did not, 2 for a file that holds no story. */
export async function replay(file: string, isVerbose: boolean): Promise<number> {
  const kept = await readStory(file);
  if (kept === undefined) return 2;
  const mutant = allMutants.find(({ name }) => name === kept.mutant);
  if (kept.mutant !== undefined && mutant === undefined) {
    process.stderr.write(`${file} is of a bug that nobody plants: ${kept.mutant}\n`);
    return 2;
  }
  if (mutant !== undefined) process.stdout.write(`with a planted bug: ${mutant.name}\n\n`);
  const pool = new WorkerPool(await bundleWorker(mutant), 1);
  try {
    const report = await pool.run({ type: 'play', story: kept.story, isVerbose });
    process.stdout.write(`${tellReport(report)}\n`);
    return report.violation === undefined ? 0 : 1;
  } finally {
    pool.close();
  }
}

async function readStory(file: string): Promise<KeptStory | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as KeptStory;
    if (Array.isArray(kept.story?.steps) && typeof kept.story.seed === 'number') return kept;
    process.stderr.write(`${file} holds no story: a failing run writes one\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${file} cannot be read: ${reason}\n`);
  }
  return undefined;
}
