/** Downloads against `cp`, every chunk verified: one large film, and many small ones. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BenchCluster, type Sample, usageIn, withCluster } from '../bench-cluster.js';
import type { Goal, Measurement } from '../measurement.js';
import { runPairs } from '../pairs.js';
import { isSame } from '../same-bytes.js';
import type { Figures, Stage } from '../stage.js';
import { timeCommand } from '../timed-command.js';

interface Download {
  readonly name: string;
  readonly what: string;
  readonly films: 'large' | 'small';
  readonly parallel: number;
  readonly goal: Goal;
}

const lower = (toBeat: number, stretch: number): Goal => ({ better: 'lower', toBeat, stretch });

const downloads: readonly Download[] = [
  {
    name: 'get-large',
    what: 'one large film from three keepers, every chunk verified',
    films: 'large',
    parallel: 1,
    goal: lower(1.6, 1.1),
  },
  {
    name: 'get-many',
    what: 'many small films, one after another in one command',
    films: 'small',
    parallel: 1,
    goal: lower(2.0, 1.3),
  },
  {
    name: 'get-many-parallel',
    what: 'many small films, eight at a time',
    films: 'small',
    parallel: 8,
    goal: lower(1.6, 1.1),
  },
];

export const downloadFigures: readonly Figures[] = downloads.map((download) => ({
  names: [download.name],
  run: async (stage) => [await measure(stage, download)],
}));

async function measure(stage: Stage, download: Download): Promise<Measurement> {
  const films = download.films === 'large' ? [await stage.large] : await stage.small;
  const target = join(stage.dir, 'fetched');
  const writtenBytes = bytesOf(stage, download);
  const { baselineSeconds, samples } = await withCluster(
    stage.dir,
    { durability: 'relaxed' },
    async (cluster) => {
      await cluster.client('put', '--acks', '3', ...films);
      await cluster.healthy();
      return runPairs(stage, {
        writtenBytes,
        sources: [...films, ...(await cluster.replicas())],
        baseline: async () => {
          await mkdir(target, { recursive: true });
          return timeCommand('cp', [...films, target]);
        },
        subject: () => get(cluster, download, films, target),
        clear: () => rm(target, { recursive: true, force: true }),
      });
    },
  );
  const { name, what, goal } = download;
  const values = samples.map(({ seconds }, at) => seconds / (baselineSeconds[at] ?? Number.NaN));
  const baseline = { what: 'cp to one directory', seconds: baselineSeconds };
  return { name, what, unit: 'x', values, goal, baseline, ...usageIn(samples) };
}

const bytesOf = ({ scale }: Stage, { films }: Download): number =>
  films === 'large' ? scale.largeBytes : scale.smallBytes * scale.smallFiles;

/** @throws Error when other bytes came than were put */
async function get(
  cluster: BenchCluster,
  { parallel }: Download,
  films: readonly string[],
  target: string,
): Promise<Sample> {
  await mkdir(target, { recursive: true });
  const names = films.map((film) => basename(film));
  const flags = ['--durability', 'relaxed', '--parallel', `${parallel}`, '-o', target];
  const sample = await cluster.sample(() => cluster.client('get', ...flags, ...names));
  for (const film of films)
    if (!(await isSame(film, join(target, basename(film)))))
      throw new Error(`${basename(film)}: other bytes came than were put`);
  return sample;
}
