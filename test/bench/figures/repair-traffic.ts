/** What a repair costs those who read meanwhile, and how long it takes with a floor that holds it back. */

import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import process from 'node:process';
import { type BenchCluster, withCluster } from '../bench-cluster.js';
import type { Measurement } from '../measurement.js';
import type { Figures, Stage } from '../stage.js';
import { fullest, isHealed } from './repair.js';

interface Held {
  readonly name: string;
  readonly what: string;
  readonly keeperArgs: readonly string[];
}

const variants: readonly Held[] = [
  { name: 'repair-free', what: 'unbounded', keeperArgs: [] },
  { name: 'repair-floor', what: 'held to 16 MiB/s', keeperArgs: ['--repair-floor', '16MiB'] },
];

export const repairTrafficFigures: readonly Figures[] = variants.map((held) => ({
  names: [`${held.name}-reads`, `${held.name}-heals`],
  run: (stage) => measure(stage, held),
}));

async function measure(stage: Stage, held: Held): Promise<readonly Measurement[]> {
  const alone: number[] = [];
  const meanwhile: number[] = [];
  const healed: number[] = [];
  for (let round = 0; round < stage.scale.rounds; round += 1)
    await withCluster(stage.dir, { durability: 'relaxed', ...held }, async (cluster) => {
      const films = [await stage.large, ...(await stage.small)];
      await cluster.client('put', '--acks', '3', '--parallel', '8', ...films);
      await cluster.healthy();
      const names = (await stage.small).map((film) => basename(film));
      await readAll(stage, cluster, names);
      alone.push(await readAll(stage, cluster, names));
      const { server } = await fullest(cluster);
      const struckMs = performance.now();
      process.kill(server.pid, 'SIGKILL');
      await cluster.until(({ keepers: { lost } }) => lost === 1);
      const heals = cluster.until(isHealed).then(() => (performance.now() - struckMs) / 1000);
      meanwhile.push(await readAll(stage, cluster, names));
      healed.push(await heals);
      await server.end('SIGKILL');
    });
  const ratios = meanwhile.map((seconds, at) => seconds / (alone[at] ?? Number.NaN));
  return [
    {
      name: `${held.name}-reads`,
      what: `many small films got eight at a time while a repair runs, ${held.what}`,
      unit: 'x',
      values: ratios,
      baseline: { what: 'the same without a repair', seconds: alone },
      seconds: meanwhile,
    },
    {
      name: `${held.name}-heals`,
      what: `from the kill until that repair is over, ${held.what}`,
      unit: 's',
      values: healed,
    },
  ];
}

async function readAll(
  stage: Stage,
  cluster: BenchCluster,
  names: readonly string[],
): Promise<number> {
  const target = await stage.freshDirectory('fetched');
  const flags = ['--durability', 'relaxed', '--parallel', '8', '-o', target];
  const { seconds } = await cluster.client('get', ...flags, ...names);
  await rm(target, { recursive: true, force: true });
  return seconds;
}
