/** What three replicas behind three slow links are worth to one download. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFilm, mebibytes } from '../../processes/films.js';
import { namespacesAreMissing } from '../../processes/net/namespace.js';
import { LinkedCluster } from '../linked-cluster.js';
import type { Goal, Measurement, Result } from '../measurement.js';
import { isSame } from '../same-bytes.js';
import type { Figures, Stage } from '../stage.js';

interface LinkFigure {
  readonly name: string;
  readonly what: string;
  readonly goal: Goal;
  /** Of each link. */
  readonly megabitsPerSecond: readonly [number, number, number];
  readonly killedHalfWay: boolean;
}

const fullRate = 400;
const higher = (toBeat: number, stretch: number): Goal => ({ better: 'higher', toBeat, stretch });

const linkFigures: readonly LinkFigure[] = [
  {
    name: 'links',
    what: 'a film over three links of 400 Mbit/s, in times of what one link carries',
    goal: higher(2.8, 2.95),
    megabitsPerSecond: [fullRate, fullRate, fullRate],
    killedHalfWay: false,
  },
  {
    name: 'links-one-slow',
    what: 'the same with one link at a tenth of that',
    goal: higher(2.0, 2.08),
    megabitsPerSecond: [fullRate, fullRate, fullRate / 10],
    killedHalfWay: false,
  },
  {
    name: 'links-one-killed',
    what: 'the same with one keeper killed when half has come',
    goal: higher(2.3, 2.45),
    megabitsPerSecond: [fullRate, fullRate, fullRate],
    killedHalfWay: true,
  },
];

export const linksFigures: Figures = {
  names: linkFigures.map(({ name }) => name),
  run: measureAll,
};

async function measureAll(stage: Stage): Promise<readonly Result[]> {
  const missing = namespacesAreMissing();
  if (missing !== undefined) return linkFigures.map(({ name }) => ({ name, skipped: missing }));
  const isQuick = stage.scale.largeBytes < mebibytes(500);
  const film = await makeFilm(join(stage.dir, 'linked.mp4'), mebibytes(isQuick ? 40 : 500));
  const cluster = await LinkedCluster.start(await stage.freshDirectory('linked'));
  try {
    await cluster.store(film);
    const results: Measurement[] = [];
    for (const figure of linkFigures) results.push(await measure(stage, cluster, film, figure));
    return results;
  } finally {
    await cluster.end();
    await rm(film);
  }
}

async function measure(
  stage: Stage,
  cluster: LinkedCluster,
  film: string,
  figure: LinkFigure,
): Promise<Measurement> {
  const { size } = await stat(film);
  const baseline: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < stage.scale.rounds; round += 1) {
    cluster.narrow(0, fullRate);
    baseline.push(await cluster.rawSeconds(size));
    for (const [link, rate] of figure.megabitsPerSecond.entries()) cluster.narrow(link, rate);
    seconds.push(await fetch(stage, cluster, film, figure.killedHalfWay));
  }
  const { name, what, goal } = figure;
  const values = seconds.map((one, at) => (baseline[at] ?? Number.NaN) / one);
  const raw = { what: 'plain TCP over one link', seconds: baseline };
  return { name, what, unit: 'x', values, goal, baseline: raw, seconds };
}

/** @throws Error when other bytes came than were put */
async function fetch(
  stage: Stage,
  cluster: LinkedCluster,
  film: string,
  killedHalfWay: boolean,
): Promise<number> {
  const target = join(stage.dir, 'fetched.mp4');
  await rm(target, { force: true });
  await mkdir(stage.dir, { recursive: true });
  const fetching = cluster.client('get', 'linked.mp4', '--durability', 'relaxed', '-o', target);
  if (killedHalfWay) {
    const { size } = await stat(film);
    // Half of it, at the rate of three links.
    await delay((size * 8 * 1000) / (2 * 3 * fullRate * 1_000_000));
    await cluster.kill(2);
  }
  const { seconds } = await fetching;
  if (!(await isSame(film, target))) throw new Error('other bytes came than were put');
  if (killedHalfWay) {
    await cluster.startKeeper(2);
    await cluster.client('status', '--wait-healthy', '60');
  }
  return seconds;
}
