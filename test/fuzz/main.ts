/** `npm run fuzz`: reads for how long and from which seed, and says how it went. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { allDecoders } from './all-decoders.js';
import { fuzz } from './command/fuzz.js';
import { replay } from './command/replay.js';

interface Given {
  readonly seconds: number;
  readonly seed?: number;
  readonly only?: string;
  readonly replay?: string;
}

const number = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
};

const given = new Command('fuzz')
  .description('Gives every decoder bytes that are valid, damaged or made up, until one errs.')
  .option('--seconds <n>', 'for how long; each decoder has one turn at least', number, 60)
  .option('--seed <n>', 'of the first inputs; drawn anew and printed unless given', number)
  .option('--only <name>', 'of the decoders, those whose name has this in it')
  .option('--replay <file>', 'try one input again that was found')
  .parse()
  .opts<Given>();

const decoders = await allDecoders();
const wanted = decoders.filter(({ name }) => name.includes(given.only ?? ''));
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort()).once('SIGTERM', () => interrupted.abort());

if (given.replay !== undefined) process.exitCode = replay(given.replay, decoders);
else if (wanted.length === 0) {
  const names = decoders.map(({ name }) => name).join(', ');
  process.stderr.write(`there is no decoder ${given.only}; there are ${names}\n`);
  process.exitCode = 2;
} else
  process.exitCode = await fuzz({
    decoders: wanted,
    seed: given.seed ?? Math.floor(globalThis.performance.timeOrigin) % 1_000_000_007,
    seconds: given.seconds,
    program: fileURLToPath(new URL('./worker.js', import.meta.url)),
    signal: interrupted.signal,
    say: (line) => void process.stdout.write(`${line}\n`),
  });
