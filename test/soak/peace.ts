/**
 * Everything runs again and nobody asks for anything: what was damaged is found, what is missing is
 * made again, what is too many goes, and the cluster comes to rest within two minutes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { exitCodeOf } from '../../src/domain/errors.js';
import { filesIn } from './outcomes.js';
import { pairs } from './plan.js';
import { findUnrest, type StartingResources } from './rest.js';
import { SoakClient, type SoakStage } from './soak-client.js';

const peaceMs = 120_000;
const lookEveryMs = 1_000;
const readersAtOnce = 4;

/** @returns how long it took; undefined when it did not come to rest, which is reported */
export async function makePeace(
  stage: SoakStage,
  starting: StartingResources,
): Promise<number | undefined> {
  const beganMs = performance.now();
  const isOver = (): boolean =>
    performance.now() - beganMs > peaceMs || stage.findings.stopped.aborted;
  await readEveryReplica(stage, isOver);
  for (;;) {
    const unrest = await findUnrest(stage, starting);
    if (unrest === undefined) break;
    if (isOver()) {
      stage.findings.report('S53', `not at rest after ${peaceMs / 1000} s: ${unrest}`);
      return undefined;
    }
    await delay(lookEveryMs);
  }
  return performance.now() - beganMs;
}

/** What an operator does after damage: nothing else looks at bytes that nobody asks for. */
async function readEveryReplica({ cluster }: SoakStage, isOver: () => boolean): Promise<void> {
  await cluster.ask('status', '--wait-healthy', String(peaceMs / 2000));
  const names = filesIn((await cluster.ask('--json', 'ls')) ?? '').map(({ name }) => name);
  const unavailable = exitCodeOf('unavailable');
  await severally(names, async (name) => {
    // What else it finds is seen by what becomes of it.
    while (!isOver() && (await cluster.run('verify', name)).code === unavailable);
  });
}

/** The last entries of the history: what should be there is there, whole, and nothing else. */
export async function readEveryName(stage: SoakStage): Promise<void> {
  const readers = Array.from(
    { length: readersAtOnce },
    (_, index) => new SoakClient(`r${index + 1}`, stage),
  );
  await readers[0]?.perform({ type: 'list' });
  const names = pairs.flat().values();
  await Promise.all(
    readers.map(async (reader) => {
      for (const name of names) {
        await reader.perform({ type: 'get', name });
        await reader.perform({ type: 'stat', name });
      }
    }),
  );
}

async function severally<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: readersAtOnce }, worker));
}
