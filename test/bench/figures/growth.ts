/** How each cost grows: with the size of a film, with transfers at a time, with keepers, with files in the table. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFilm, mebibytes } from '../../processes/films.js';
import { type BenchCluster, type Sample, usageIn, withCluster } from '../bench-cluster.js';
import type { Curve, Measurement } from '../measurement.js';
import { readThrough } from '../pairs.js';
import type { Figures, Stage } from '../stage.js';
import { measureTable } from './table.js';

interface Scales {
  readonly filmMiB: readonly number[];
  readonly atATime: readonly number[];
  readonly keepers: readonly number[];
  readonly tableFiles: readonly number[];
}

const fullScales: Scales = {
  filmMiB: [5, 20, 80, 320, 1280, 8192],
  atATime: [1, 2, 4, 8, 16, 32, 64],
  keepers: [3, 4, 6, 9, 12],
  tableFiles: [1_000, 10_000, 100_000, 1_000_000, 10_000_000],
};

const quickScales: Scales = {
  filmMiB: [8],
  atATime: [64],
  keepers: [5],
  tableFiles: [],
};

/** A point of a larger film is taken once: it is long enough to be steady. */
const oftenMiBMax = 1280;
const roundsMax = 3;

export const growthFigures: readonly Figures[] = [
  { names: ['growth-size'], run: growWithSize },
  { names: ['growth-parallel'], run: growWithParallel },
  { names: ['growth-keepers'], run: growWithKeepers },
  { names: ['growth-table'], run: growWithTable },
];

const scalesOf = ({ scale }: Stage): Scales => (scale.kind === 'full' ? fullScales : quickScales);

const roundsOf = ({ scale }: Stage): number => Math.min(scale.rounds, roundsMax);

async function growWithSize(stage: Stage): Promise<readonly Measurement[]> {
  const points: Measurement[] = [];
  for (const size of scalesOf(stage).filmMiB) {
    const films = await stage.freshDirectory('growing');
    await makeFilm(join(films, 'film.mp4'), mebibytes(size));
    const rounds = size > oftenMiBMax ? 1 : roundsOf(stage);
    const taken = await throughput(stage, { films, MiB: size, keepers: 4, atATime: 1, rounds });
    points.push(...pointsAt('size', size, 'of one film', taken));
  }
  await rm(join(stage.dir, 'growing'), { recursive: true, force: true });
  return points;
}

async function growWithParallel(stage: Stage): Promise<readonly Measurement[]> {
  const points: Measurement[] = [];
  for (const atATime of scalesOf(stage).atATime) {
    const taken = await throughput(stage, { ...(await smallFilms(stage)), keepers: 4, atATime });
    points.push(...pointsAt('parallel', atATime, 'of small films', taken));
  }
  return points;
}

async function growWithKeepers(stage: Stage): Promise<readonly Measurement[]> {
  const points: Measurement[] = [];
  for (const keepers of scalesOf(stage).keepers) {
    const taken = await throughput(stage, { ...(await smallFilms(stage)), keepers, atATime: 8 });
    points.push(...pointsAt('keepers', keepers, 'of small films, eight at a time', taken));
  }
  return points;
}

async function growWithTable(stage: Stage): Promise<readonly Measurement[]> {
  const points: Measurement[] = [];
  for (const tableFiles of scalesOf(stage).tableFiles) {
    for (const { goal: _, ...taken } of await measureTable(stage, { tableFiles, rounds: 1 })) {
      const at: Curve = { curve: 'table', series: taken.name, x: tableFiles };
      points.push({ ...taken, name: `${taken.name}@${tableFiles}`, at });
    }
  }
  return points;
}

async function smallFilms(stage: Stage) {
  const films = await stage.small;
  const { smallFiles, smallBytes } = stage.scale;
  const MiB = (smallFiles * smallBytes) / mebibytes(1);
  return { films: join(films[0] ?? '', '..'), MiB, rounds: roundsOf(stage) };
}

interface Shape {
  /** A directory of them. */
  readonly films: string;
  /** Of all of them. */
  readonly MiB: number;
  readonly keepers: number;
  readonly atATime: number;
  readonly rounds: number;
}

interface Throughput {
  readonly MiB: number;
  readonly put: readonly Sample[];
  readonly get: readonly Sample[];
}

/** Put until three copies of each, then got, each round anew; a first round is not counted when there are several. */
async function throughput(stage: Stage, shape: Shape): Promise<Throughput> {
  const put: Sample[] = [];
  const get: Sample[] = [];
  const { keepers, rounds, MiB } = shape;
  await withCluster(stage.dir, { keepers, durability: 'relaxed' }, async (cluster) => {
    for (let round = rounds > 1 ? 0 : 1; round <= rounds; round += 1) {
      const sample = await putAndGet(stage, cluster, shape);
      if (round === 0) continue;
      put.push(sample.put);
      get.push(sample.get);
    }
  });
  return { MiB, put, get };
}

async function putAndGet(stage: Stage, cluster: BenchCluster, { films, MiB, atATime }: Shape) {
  const parallel = ['--parallel', `${atATime}`];
  const target = await stage.freshDirectory('fetched');
  await stage.memory.lend(mebibytes(3 * MiB));
  const put = await cluster.sample(() => cluster.client('put', '--acks', '3', ...parallel, films));
  await stage.memory.takeBack();
  await cluster.healthy();
  for (const replica of await cluster.replicas()) await readThrough(replica);
  const names: string[] = [];
  for await (const { name } of cluster.asked.list('')) names.push(name);
  await stage.memory.lend(mebibytes(MiB));
  const flags = ['--durability', 'relaxed', ...parallel, '-o', target];
  const get = await cluster.sample(() => cluster.client('get', ...flags, ...names));
  await rm(target, { recursive: true, force: true });
  await cluster.removeAll();
  await stage.memory.takeBack();
  return { put, get };
}

function pointsAt(curve: string, x: number, ofWhat: string, taken: Throughput): Measurement[] {
  const one = (series: 'put' | 'get', what: string): Measurement => ({
    name: `${curve}-${series}@${x}`,
    what: `${what} ${ofWhat}`,
    unit: 'MiB/s',
    values: taken[series].map(({ seconds }) => taken.MiB / seconds),
    at: { curve, series, x },
    ...usageIn(taken[series]),
  });
  return [one('put', 'put until three verified copies,'), one('get', 'got, every chunk verified,')];
}
