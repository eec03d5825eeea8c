/** `npm run bench`: reads which figures, and prints each as it comes, then all as a table. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { allFigures } from './all-figures.js';
import type { Result } from './measurement.js';
import { jsonText, lineText, tableText } from './report.js';
import { fullScale, quickScale, Stage } from './stage.js';

interface Given {
  readonly quick: boolean;
  readonly only?: readonly string[];
  readonly rounds?: string;
  readonly json: string;
  readonly dir: string;
}

const given = new Command('bench')
  .description('Measures Reelkeep against what the same machine does without it, in turn.')
  .option('--quick', 'small films and one round: shows that it runs, measures nothing', false)
  .option('--only <name...>', 'these figures')
  .option('--rounds <n>', 'counted rounds of each figure')
  .option('--json <file>', 'where the results go', 'dist/bench/results.json')
  .option('--dir <dir>', 'on the file system that is to be measured', tmpdir())
  .parse()
  .opts<Given>();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const scale = given.quick ? quickScale : fullScale;
const rounds = given.rounds === undefined ? scale.rounds : Number(given.rounds);
const wanted = allFigures.filter(
  ({ names }) => given.only === undefined || names.some((name) => given.only?.includes(name)),
);
const unknown = given.only?.filter((name) => !allFigures.some(({ names }) => names.includes(name)));
if (unknown !== undefined && unknown.length > 0) {
  say(`there is no figure ${unknown.join(', ')}; there are:`);
  for (const { names } of allFigures) say(`  ${names.join(', ')}`);
  process.exit(2);
}

const dir = await mkdtemp(join(given.dir, 'reelkeep-bench-'));
const stage = await Stage.set(dir, { ...scale, rounds }, say);
const results: Result[] = [];
try {
  for (const figures of wanted) {
    const taken = await figures.run(stage);
    for (const result of taken) say(lineText(result));
    results.push(...taken);
  }
} finally {
  await stage.clear();
}
await writeFile(given.json, jsonText(stage.scale, results));
say(`\n${tableText(results)}\n\nas JSON, with every round: ${given.json}`);
