/** `npm run soak`: reads how long and from which seed, and says how it went. */
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { soak } from './soak.js';

interface Given {
  readonly minutes: number;
  readonly seed?: number;
}

const number = (text: string): number => {
  if (!/^\d{1,9}(\.\d+)?$/.test(text)) throw new InvalidArgumentError('give a number');
  return Number(text);
};

const wholeNumber = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
};

const given = new Command('soak')
  .description(
    'Eight clients on a cluster of real processes, a fault every ten seconds, then peace: all must be whole.',
  )
  .option('--minutes <n>', 'of trouble, before the peace', number, 30)
  .option('--seed <n>', 'of the schedule; drawn anew and printed unless given', wholeNumber)
  .parse()
  .opts<Given>();

const seed = given.seed ?? Math.floor(globalThis.performance.timeOrigin) % 1_000_000_007;
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort()).once('SIGTERM', () => interrupted.abort());

const { findings, dir } = await soak({
  seed,
  troubleMs: given.minutes * 60_000,
  say: (line) => void process.stdout.write(`${line}\n`),
  signal: interrupted.signal,
});
if (findings.length > 0) {
  process.stdout.write(
    `${findings.length} rules are broken; logs, disks and history: ${dir}\n` +
      `again: npm run soak -- --minutes ${given.minutes} --seed ${seed}\n`,
  );
  process.exitCode = 1;
} else if (interrupted.signal.aborted) process.exitCode = 130;
else process.stdout.write('everything held\n');
