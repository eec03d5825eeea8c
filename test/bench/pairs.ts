/**
 * Rounds of two sides in turn, the baseline and what is measured.
 *
 * Before each side, whichever it is: what earlier runs wrote is removed and the file system is
 * synced, so that no dirty page of theirs is left; the sources are read, so that they lie in the
 * page cache; and so much warm memory is let go as the side will write. The sides change places
 * with each round. A first round is not counted.
 */
import { open } from 'node:fs/promises';
import type { Stage } from './stage.js';
import { timeCommand } from './timed-command.js';

export interface Pair<Sample> {
  /** That a side will write. */
  readonly writtenBytes: number;
  /** Paths that a side will read. */
  readonly sources: readonly string[];
  baseline(): Promise<{ readonly seconds: number }>;
  subject(): Promise<Sample>;
  /** Removes what either side has left. */
  clear(): Promise<void>;
}

export interface PairSamples<Sample> {
  readonly baselineSeconds: readonly number[];
  readonly samples: readonly Sample[];
}

export async function runPairs<Sample>(
  stage: Stage,
  pair: Pair<Sample>,
): Promise<PairSamples<Sample>> {
  const baselineSeconds: number[] = [];
  const samples: Sample[] = [];
  const turns = [
    async () => void baselineSeconds.push((await prepared(stage, pair, pair.baseline)).seconds),
    async () => void samples.push(await prepared(stage, pair, pair.subject)),
  ];
  for (let round = 0; round <= stage.scale.rounds; round += 1) {
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    if (round === 0) baselineSeconds.length = samples.length = 0;
  }
  return { baselineSeconds, samples };
}

async function prepared<Sample, Value>(
  stage: Stage,
  { sources, writtenBytes, clear }: Pair<Sample>,
  side: () => Promise<Value>,
): Promise<Value> {
  await timeCommand('sync', ['-f', stage.dir]);
  for (const path of sources) await readThrough(path);
  await stage.memory.lend(writtenBytes);
  try {
    return await side();
  } finally {
    await clear();
    await stage.memory.takeBack();
  }
}

const piece = Buffer.alloc(1024 * 1024);

/** So that it lies in the page cache. */
export async function readThrough(path: string): Promise<void> {
  const file = await open(path);
  try {
    while ((await file.read(piece, 0, piece.length)).bytesRead > 0);
  } finally {
    await file.close();
  }
}
