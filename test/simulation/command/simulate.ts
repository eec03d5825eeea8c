/** `npm run simulate -- --runs N --seed S`: many runs on every core, and how they went. */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { bundleWorker } from './bundle-worker.js';
import { explainFailure } from './explain-failure.js';
import type { PlainReport } from './plain-report.js';
import { Tally } from './tally.js';
import { WorkerPool } from './worker-pool.js';

export interface SimulateOptions {
  readonly seed: number;
  readonly runs: number;
  /** Number of the first. */
  readonly from: number;
  /** In each cluster; drawn for each run when absent. */
  readonly keepers: number | undefined;
}

const progressEveryMs = 5_000;

/** Answers the exit code: 0 when everything held, 1 when something did not. */
export async function simulate(options: SimulateOptions): Promise<number> {
  const { seed, runs, from } = options;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`seed ${seed}, ${runs} runs on ${availableParallelism()} cores`);
  const pool = new WorkerPool(await bundleWorker(), availableParallelism());
  const tally = new Tally();
  const begunMs = performance.now();
  let toldMs = begunMs;
  let failed: PlainReport | undefined;
  try {
    await inOrder(pool, options, (report, run) => {
      tally.add(report);
      if (performance.now() - toldMs > progressEveryMs) {
        toldMs = performance.now();
        say(`  ${run + 1 - from} runs, ${tally.progress((toldMs - begunMs) / 1000)}`);
      }
      if (report.violation === undefined) return 'go on';
      say(`run ${run} failed`);
      failed = report;
      return 'stop';
    });
    say(tally.summary((performance.now() - begunMs) / 1000));
    if (failed === undefined) {
      say(`all ${runs} runs held; trace ${tally.traceHash}`);
      return 0;
    }
    say(await explainFailure(failed, { play: (story) => pool.play(story), say }));
    return 1;
  } finally {
    pool.close();
  }
}

/** Runs are handed out as processes are free, and reported in the order of their numbers. */
async function inOrder(
  pool: WorkerPool,
  { seed, runs, from, keepers }: SimulateOptions,
  onReport: (report: PlainReport, run: number) => 'go on' | 'stop',
): Promise<void> {
  const reports: Promise<PlainReport>[] = [];
  const ahead = 4 * pool.size;
  let asked = 0;
  for (let run = 0; run < runs; run += 1) {
    for (; asked < Math.min(runs, run + ahead); asked += 1) {
      const report = pool.run({
        type: 'draw',
        seed,
        run: from + asked,
        ...(keepers === undefined ? {} : { options: { keepers } }),
      });
      // Awaited in its turn.
      report.catch(() => undefined);
      reports.push(report);
    }
    const report = await (reports[run] as Promise<PlainReport>);
    if (onReport(report, from + run) === 'stop') return;
  }
}
