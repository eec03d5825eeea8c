/** `npm run simulate -- --mutants`: plants each known bug in turn, and counts the runs until it is found. */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { allMutants } from '../mutants/all-mutants.js';
import type { Mutant } from '../mutants/mutant.js';
import { bundleWorker } from './bundle-worker.js';
import { explainFailure } from './explain-failure.js';
import type { PlainReport } from './plain-report.js';
import { WorkerPool } from './worker-pool.js';

export interface MutantOptions {
  readonly seed: number;
  /** For each bug. */
  readonly runsMax: number;
  /** Those whose name has this in it; their stories are told. */
  readonly only: string | undefined;
}

interface Found {
  readonly runs: number;
  readonly report: PlainReport;
}

/** Answers the exit code: 0 when each was found. */
export async function tryMutants({ seed, runsMax, only }: MutantOptions): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const chosen = allMutants.filter(({ name }) => name.includes(only ?? ''));
  say(`seed ${seed}, ${chosen.length} planted bugs, at most ${runsMax} runs for each`);
  const plain = new WorkerPool(await bundleWorker(), 1);
  let missed = 0;
  for (const mutant of chosen) {
    const pool = new WorkerPool(await bundleWorker(mutant), availableParallelism());
    try {
      const found = await search({ pool, plain }, seed, runsMax);
      if (found === undefined) missed += 1;
      say(tell(mutant, found, runsMax));
      if (found !== undefined && only !== undefined)
        say(
          await explainFailure(found.report, {
            play: (story) => pool.play(story),
            say,
            mutant: mutant.name,
          }),
        );
    } finally {
      pool.close();
    }
  }
  plain.close();
  say(missed === 0 ? `all ${chosen.length} were found` : `${missed} were not found`);
  return missed === 0 ? 0 : 1;
}

interface Pools {
  /** With the bug planted. */
  readonly pool: WorkerPool;
  /** Without: what fails there, too, says nothing of the bug. */
  readonly plain: WorkerPool;
}

/** The first run, in order of their numbers, that fails because of the bug. */
async function search(
  { pool, plain }: Pools,
  seed: number,
  runsMax: number,
): Promise<Found | undefined> {
  for (let first = 0; first < runsMax; first += 2 * pool.size) {
    const runs = Array.from({ length: Math.min(2 * pool.size, runsMax - first) }, (_, at) =>
      pool.run({ type: 'draw', seed, run: first + at }),
    );
    for (const [at, report] of (await Promise.all(runs)).entries()) {
      if (report.violation === undefined) continue;
      const { violation } = await plain.play(report.story);
      if (violation === undefined) return { runs: first + at + 1, report };
    }
  }
  return undefined;
}

function tell({ name }: Mutant, found: Found | undefined, runsMax: number): string {
  const how =
    found === undefined
      ? `NOT FOUND in ${runsMax} runs`
      : `${String(found.runs).padStart(5)} runs  ${found.report.violation?.invariant}: ${found.report.violation?.detail.split('\n')[0]}`;
  return `  ${name.padEnd(44)} ${how}`;
}
