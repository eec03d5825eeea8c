/** How long files stay below their target when a keeper is killed, or frozen. */

import process from 'node:process';
import type { ClusterStatus } from '../../../src/actors/client/cluster.js';
import { type BenchCluster, withCluster } from '../bench-cluster.js';
import type { Goal, Measurement } from '../measurement.js';
import type { Figures, Stage } from '../stage.js';

interface Loss {
  readonly name: string;
  readonly what: string;
  readonly goal: Goal;
  strike(pid: number): void;
}

const losses: readonly Loss[] = [
  {
    name: 'repair-killed',
    what: 'kill -9 of the keeper that holds most, until every file has three copies again',
    goal: { better: 'lower', toBeat: 3.5, stretch: 2.5 },
    strike: (pid) => process.kill(pid, 'SIGKILL'),
  },
  {
    name: 'repair-frozen',
    what: 'SIGSTOP of the keeper that holds most, until every file has three copies again',
    goal: { better: 'lower', toBeat: 12.5 },
    strike: (pid) => process.kill(pid, 'SIGSTOP'),
  },
];

export const repairFigures: readonly Figures[] = losses.map((loss) => ({
  names: [loss.name],
  run: async (stage) => [await measure(stage, loss)],
}));

/** Without one of them as many are left as a file has copies. */
const keepers = 4;

async function measure(stage: Stage, loss: Loss): Promise<Measurement> {
  const values: number[] = [];
  let heldBytes = 0;
  for (let round = 0; round < stage.scale.rounds; round += 1)
    await withCluster(stage.dir, { keepers, durability: 'relaxed' }, async (cluster) => {
      const films = [await stage.large, ...(await stage.small)];
      await cluster.client('put', '--acks', '3', '--parallel', '8', ...films);
      await cluster.healthy();
      const victim = await fullest(cluster);
      heldBytes = victim.usedBytes;
      await stage.memory.lend(heldBytes);
      values.push(await secondsToHeal(cluster, () => loss.strike(victim.server.pid)));
      // One that is frozen would not hear that it is to stop.
      await victim.server.end('SIGKILL');
      await stage.memory.takeBack();
    });
  const held = `; it held ${Math.round(heldBytes / 1024 / 1024)} MiB`;
  return { name: loss.name, what: loss.what + held, unit: 's', values, goal: loss.goal };
}

/** The keeper that holds most. */
export async function fullest({ asked, keepers: running }: BenchCluster) {
  const known = await asked.keepers();
  const held = running.map((server) => ({
    server,
    usedBytes: known.find(({ keeper }) => keeper === server.ready.id)?.usedBytes ?? 0,
  }));
  return held.reduce((most, one) => (one.usedBytes > most.usedBytes ? one : most));
}

async function secondsToHeal(cluster: BenchCluster, strike: () => void): Promise<number> {
  const beganMs = performance.now();
  strike();
  await cluster.until(isHealed);
  return (performance.now() - beganMs) / 1000;
}

export const isHealed = ({
  keepers: { lost },
  belowTarget,
  missing,
  settled,
}: ClusterStatus): boolean => lost === 1 && settled && belowTarget === 0 && missing === 0;
