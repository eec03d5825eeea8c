/** `npm run bench`: reads which figures, and prints each as it comes, then all as a table. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { allFigures } from './all-figures.js';
import { peerFigures } from './figures/peers.js';
import type { Result } from './measurement.js';
import { drawPlots } from './plots.js';
import { jsonText, lineText, tableText } from './report.js';
import { fullScale, quickScale, Stage } from './stage.js';

interface Given {
  readonly quick: boolean;
  readonly only?: readonly string[];
  readonly rounds?: number;
  readonly json: string;
  readonly dir: string;
  readonly plots: string;
  readonly peers: boolean;
}

const count = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('give a whole number from 1 on');
  return Number(text);
};

const given = new Command('bench')
  .description('Measures Reelkeep against what the same machine does without it, in turn.')
  .option('--quick', 'small films and one round: shows that it runs, measures nothing', false)
  .option('--only <name...>', 'these figures')
  .option('--rounds <n>', 'counted rounds of each figure', count)
  .option('--json <file>', 'where the results go', 'dist/bench/results.json')
  .option('--peers', 'other systems on the same work, where they are installed', false)
  .option('--plots <dir>', 'where the pictures of the curves go', 'dist/bench/plots')
  .option('--dir <dir>', 'on the file system that is to be measured', tmpdir())
  .parse()
  .opts<Given>();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const scale = given.quick ? quickScale : fullScale;
const rounds = given.rounds ?? scale.rounds;
const offered = given.peers ? [...allFigures, ...peerFigures] : allFigures;
const wanted = offered.filter(
  ({ names }) => given.only === undefined || names.some((name) => given.only?.includes(name)),
);
const unknown = given.only?.filter((name) => !offered.some(({ names }) => names.includes(name)));
if (unknown !== undefined && unknown.length > 0) {
  const known = offered.flatMap(({ names }) => names);
  process.stderr.write(`there is no figure ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}

const dir = await mkdtemp(join(given.dir, 'reelkeep-bench-'));
const stage = await Stage.set(dir, { ...scale, rounds }, say);
const results: Result[] = [];
// The servers end with this process, on the directories that they have; what was mounted would not.
const giveUp = (): void => {
  process.stderr.write(`interrupted; ${dir} is left\n`);
  void stage.memory.close().finally(() => process.exit(130));
};
process.once('SIGINT', giveUp).once('SIGTERM', giveUp);
try {
  for (const figures of wanted) {
    const taken = await figures.run(stage);
    for (const result of taken) say(lineText(result));
    results.push(...taken);
    await writeFile(given.json, jsonText(stage.scale, results));
  }
} finally {
  await stage.clear();
}
const plots = await drawPlots(given.plots, results);
say(`\n${tableText(results)}\n\nas JSON, with every round: ${given.json}`);
for (const path of plots) say(`picture: ${path}`);
