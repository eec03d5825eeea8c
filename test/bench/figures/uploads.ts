/** Uploads against `cp`: one large film and many small ones, at both durability settings. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type BenchCluster, type Sample, usageIn, withCluster } from '../bench-cluster.js';
import type { Goal, Measurement } from '../measurement.js';
import { runPairs } from '../pairs.js';
import type { Figures, Stage } from '../stage.js';
import { type Timed, timeCommands } from '../timed-command.js';

interface Upload {
  readonly name: string;
  readonly what: string;
  readonly durability: 'strict' | 'relaxed';
  readonly films: 'large' | 'small';
  readonly acks: number;
  readonly parallel: number;
  /** Copies that the baseline makes. */
  readonly copies: 1 | 3;
  readonly goal: Goal;
}

const lower = (toBeat: number, stretch: number): Goal => ({ better: 'lower', toBeat, stretch });

const uploads: readonly Upload[] = [
  {
    name: 'put-large',
    what: 'one large film, put until three verified copies',
    durability: 'relaxed',
    films: 'large',
    acks: 3,
    parallel: 1,
    copies: 3,
    goal: lower(1.45, 1.25),
  },
  {
    name: 'put-large-acks-1',
    what: 'one large film, put until acknowledged with one copy',
    durability: 'relaxed',
    films: 'large',
    acks: 1,
    parallel: 1,
    copies: 1,
    goal: lower(1.5, 1.2),
  },
  {
    name: 'put-many',
    what: 'many small films, one after another in one command, until three copies of each',
    durability: 'relaxed',
    films: 'small',
    acks: 3,
    parallel: 1,
    copies: 3,
    goal: lower(2.0, 1.6),
  },
  {
    name: 'put-many-parallel',
    what: 'many small films, eight at a time, until three copies of each',
    durability: 'relaxed',
    films: 'small',
    acks: 3,
    parallel: 8,
    copies: 3,
    goal: lower(1.8, 1.4),
  },
  {
    name: 'put-large-strict',
    what: 'one large film, put until three durable, verified copies',
    durability: 'strict',
    films: 'large',
    acks: 3,
    parallel: 1,
    copies: 3,
    goal: lower(1.5, 1.2),
  },
];

export const uploadFigures: readonly Figures[] = uploads.map((upload) => ({
  names: [upload.name],
  run: async (stage) => [await measure(stage, upload)],
}));

async function measure(stage: Stage, upload: Upload): Promise<Measurement> {
  const films = upload.films === 'large' ? [await stage.large] : await stage.small;
  const { baselineSeconds, samples } = await withCluster(stage.dir, upload, (cluster) =>
    runPairs(stage, {
      writtenBytes: 3 * bytesOf(stage, upload),
      sources: films,
      baseline: () => copy(stage, upload, films),
      subject: () => put(cluster, upload, films),
      clear: () => clear(stage, cluster),
    }),
  );
  const { name, what, goal } = upload;
  const values = samples.map(({ seconds }, at) => seconds / (baselineSeconds[at] ?? Number.NaN));
  const baseline = { what: baselineText(upload), seconds: baselineSeconds };
  return { name, what, unit: 'x', values, goal, baseline, ...usageIn(samples) };
}

const bytesOf = ({ scale }: Stage, { films }: Upload): number =>
  films === 'large' ? scale.largeBytes : scale.smallBytes * scale.smallFiles;

const baselineText = ({ copies, durability }: Upload): string =>
  `cp to ${copies === 1 ? 'one directory' : 'three directories'}${durability === 'strict' ? ', each synced' : ''}`;

async function copy(
  stage: Stage,
  { copies, durability }: Upload,
  films: readonly string[],
): Promise<Timed> {
  const directories = Array.from({ length: copies }, (_, at) => join(stage.dir, 'cp', `${at}`));
  for (const directory of directories) await mkdir(directory, { recursive: true });
  return timeCommands(
    directories.flatMap((directory) => {
      const copied = films.map((film) => join(directory, basename(film)));
      const cp = ['cp', ...films, directory] as const;
      return durability === 'strict' ? [cp, ['sync', ...copied, directory] as const] : [cp];
    }),
  );
}

function put(
  cluster: BenchCluster,
  { acks, parallel, films: kind }: Upload,
  films: readonly string[],
): Promise<Sample> {
  const [first = ''] = films;
  const path = kind === 'large' ? first : dirname(first);
  const flags = ['--acks', `${acks}`, '--target', '3', '--parallel', `${parallel}`];
  return cluster.sample(() => cluster.client('put', ...flags, path));
}

async function clear(stage: Stage, cluster: BenchCluster): Promise<void> {
  await rm(join(stage.dir, 'cp'), { recursive: true, force: true });
  await cluster.healthy();
  await cluster.removeAll();
}
