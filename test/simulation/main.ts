/** `npm run simulate`: reads what is asked for, runs it, and says how it went. */
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { keepersMax } from './cluster/cluster-shape.js';
import { replay } from './command/replay.js';
import { simulate } from './command/simulate.js';
import { tryMutants } from './command/try-mutants.js';

interface Given {
  readonly runs?: number;
  readonly seed?: number;
  readonly from?: number;
  readonly keepers?: number;
  readonly mutants?: boolean;
  readonly only?: string;
  readonly replay?: string;
  readonly verbose?: boolean;
}

const number = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
};

const someKeepers = (text: string): number => {
  const keepers = number(text);
  if (keepers < 1 || keepers > keepersMax)
    throw new InvalidArgumentError(`give 1 to ${keepersMax}`);
  return keepers;
};

const given = new Command('simulate')
  .description(
    'Runs clusters in virtual time while faults strike them, and checks every invariant.',
  )
  .option('--runs <n>', 'how many runs; 200, or for --mutants at most 2000 for each', number)
  .option('--seed <n>', 'seed of the first run; drawn anew and printed unless given', number)
  .option('--from <n>', 'number of the first run, to come back to one; 0', number)
  .option('--keepers <n>', 'in every cluster; drawn for each run unless given', someKeepers)
  .option('--mutants', 'plant each known bug in turn and count the runs until it is found')
  .option('--only <name>', 'of the planted bugs, those whose name has this in it')
  .option('--replay <file>', 'let one kept story happen again')
  .option('--verbose', 'with --replay: every log line of every process')
  .parse()
  .opts<Given>();

const seed = given.seed ?? Math.floor(globalThis.performance.timeOrigin) % 1_000_000_007;

if (given.replay !== undefined)
  process.exitCode = await replay(given.replay, given.verbose ?? false);
else if (given.mutants)
  process.exitCode = await tryMutants({ seed, runsMax: given.runs ?? 2_000, only: given.only });
else {
  const { runs = 200, from = 0, keepers } = given;
  process.exitCode = await simulate({ seed, runs, from, keepers });
}
