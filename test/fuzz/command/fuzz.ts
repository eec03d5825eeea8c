/** `npm run fuzz -- --seconds N --seed S`: every decoder in turn, on every core, until time is up or something is found. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setInterval } from 'node:timers';
import type { Decoder } from '../decoder.js';
import { findingText } from '../finding-text.js';
import { type Found, writeFound } from './found-file.js';
import { Hunter } from './hunter.js';
import type { HuntOrder } from './messages.js';
import { grouped, Tally } from './tally.js';

export interface FuzzOptions {
  readonly decoders: readonly Decoder[];
  readonly seed: number;
  readonly seconds: number;
  /** The bundle of `worker.ts`. */
  readonly program: string;
  readonly signal: AbortSignal;
  say(line: string): void;
}

const progressEveryMs = 10_000;
const sweepEveryRounds = 20;
const directory = join(process.cwd(), 'dist/fuzz/found');

/** Answers the exit code: 0 when nothing was found, 1 when something was, 130 when it was interrupted. */
export async function fuzz(options: FuzzOptions): Promise<number> {
  const { decoders, seed, seconds, program, signal, say } = options;
  mkdirSync(directory, { recursive: true });
  const lanes = availableParallelism();
  say(`seed ${seed}, ${decoders.length} decoders on ${lanes} cores for ${seconds} s`);
  const tally = new Tally();
  const begunMs = performance.now();
  const secondsGone = (): number => (performance.now() - begunMs) / 1_000;
  const telling = setInterval(() => {
    const perSecond = grouped(Math.round(tally.tried / secondsGone()));
    say(`  ${Math.round(secondsGone())} s: ${grouped(tally.tried)} inputs, ${perSecond} a second`);
  }, progressEveryMs);
  let found: (Found & { readonly seed: number }) | undefined;
  const orders = ordersFrom(decoders, seed);
  const work = async (_: unknown, lane: number): Promise<void> => {
    const hunter = new Hunter({ program, notes: join(directory, `lane-${lane}.json`) });
    try {
      for (const { order, round } of orders) {
        const isTimeUp = round > 0 && secondsGone() > seconds;
        if (isTimeUp || found !== undefined || signal.aborted) return;
        const report = await hunter.hunt(order);
        tally.add(order.decoder, report);
        if (report.finding !== undefined) found ??= { ...order, ...report.finding };
      }
    } finally {
      hunter.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  clearInterval(telling);
  say(tally.table(decoders.map(({ name }) => name)));
  if (found === undefined) {
    say(`nothing was found in ${grouped(tally.tried)} inputs`);
    return signal.aborted ? 130 : 0;
  }
  tellFound(found, say);
  return 1;
}

/** Without an end; each is done once, by whoever asks first. */
function* ordersFrom(
  decoders: readonly Decoder[],
  seed: number,
): Generator<{ readonly order: HuntOrder; readonly round: number }> {
  for (let round = 0; ; round += 1)
    for (const { name } of decoders) {
      const how = round % sweepEveryRounds === 0 ? 'sweep' : 'hunt';
      yield { order: { decoder: name, seed: seed + round, how }, round };
    }
}

function tellFound(found: Found & { readonly seed: number }, say: (line: string) => void): void {
  const path = join(directory, `${found.decoder}-${found.seed}.json`);
  writeFound(path, found);
  say(`\nfound in ${found.decoder}, seed ${found.seed}: ${findingText(found)}`);
  say(`again: npm run fuzz -- --replay ${relative(process.cwd(), path)}`);
}
