/** How many small questions the master answers in a second. */
import { basename } from 'node:path';
import { withCluster } from '../bench-cluster.js';
import type { Measurement } from '../measurement.js';
import type { Figures, Stage } from '../stage.js';

const atATime = 8;
const secondsEach = 3;

export const requestFigures: readonly Figures[] = [
  { names: ['stat'], run: async (stage) => [await measureStat(stage)] },
];

async function measureStat(stage: Stage): Promise<Measurement> {
  const films = await stage.small;
  const names = films.map((film) => basename(film));
  const values: number[] = [];
  await withCluster(stage.dir, { durability: 'relaxed' }, async (bench) => {
    await bench.client('put', '--acks', '3', ...films);
    for (let round = 0; round <= stage.scale.rounds; round += 1) {
      let asked = 0;
      const endMs = performance.now() + secondsEach * 1000;
      const askOn = async (): Promise<void> => {
        while (performance.now() < endMs) {
          await bench.asked.stat(names[asked % names.length] ?? '');
          asked += 1;
        }
      };
      await Promise.all(Array.from({ length: atATime }, askOn));
      if (round > 0) values.push(asked / secondsEach);
    }
  });
  return {
    name: 'stat',
    what: `stat over gRPC from one process, ${atATime} at a time`,
    unit: '/s',
    values,
    goal: { better: 'higher', toBeat: 10_000, stretch: 25_000 },
  };
}
