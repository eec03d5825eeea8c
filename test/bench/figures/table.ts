/** A master with very many files: its start, what it holds, and the loss of a keeper of all of them. */
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, ClusterStatus } from '../../../src/actors/client/cluster.js';
import { openCluster } from '../../../src/actors/client/open-cluster.js';
import { ServerProcess } from '../../../src/cli/local/server-process.js';
import { FalseKeeper } from '../false-keeper.js';
import { holders, inventoryOf, makeTable, nameOf, tableFile } from '../made-table.js';
import type { Goal, Measurement } from '../measurement.js';
import { readThrough } from '../pairs.js';
import { ownMemoryBytes, threadCpuSeconds } from '../process-usage.js';
import type { Figures, Stage } from '../stage.js';

const goals = {
  'table-start': { better: 'lower', toBeat: 3 },
  'table-start-read': { better: 'lower', toBeat: 3 },
  'table-memory': { better: 'lower', toBeat: 400 },
  'table-ls': { better: 'lower', toBeat: 50 },
  'table-idle': { better: 'lower', toBeat: 0.1 },
  'loss-first': { better: 'lower', toBeat: 1 },
  'loss-planned': { better: 'lower', toBeat: 60 },
  'loss-memory': { better: 'lower', toBeat: 400 },
} as const satisfies Record<string, Goal>;

type Name = keyof typeof goals;

export const tableFigures: readonly Figures[] = [
  {
    names: Object.keys(goals),
    run: (stage) => measureTable(stage, { ...stage.scale, rounds: roundsOf(stage) }),
  },
];

/** Three keepers tell of a million files each, in minutes. */
const roundsMax = 2;
const roundsOf = ({ scale }: Stage): number => Math.min(scale.rounds, roundsMax);

const mebibyte = 1024 * 1024;

/** Of more files the keepers would tell for the better part of an hour. */
const toldFilesMax = 1_000_000;

interface TableShape {
  readonly tableFiles: number;
  readonly rounds: number;
}

export async function measureTable(
  stage: Stage,
  { tableFiles, rounds }: TableShape,
): Promise<readonly Measurement[]> {
  const dir = await stage.freshDirectory('table');
  await makeTable(join(dir, 'master'), tableFiles);
  const taken = new Taken();
  for (let round = 0; round < rounds; round += 1) {
    await readThrough(tableFile(join(dir, 'master')));
    await touch(tableFile(join(dir, 'master')));
    await withMaster(dir, [], async ({ startSeconds }) =>
      taken.note('table-start-read', startSeconds),
    );
    await withMaster(dir, [], async ({ startSeconds }) => taken.note('table-start', startSeconds));
    // A snapshot would be taken in the middle of what is measured.
    await withMaster(dir, ['--snapshot-every', 'off'], async (started) => {
      const { cluster, master } = started;
      taken.note('table-ls', await firstPageMs(cluster));
      if (tableFiles <= toldFilesMax) await measureTold(stage, started, { tableFiles, taken });
      else taken.note('table-memory', (await ownMemoryBytes(master.pid)) / mebibyte);
    });
  }
  await rm(dir, { recursive: true, force: true });
  const files = `${tableFiles.toLocaleString('en')} files`;
  const heard = tableFiles <= toldFilesMax ? 'heard' : 'not heard';
  const of = (name: Name, what: string, unit: Measurement['unit']): Measurement => ({
    name,
    what,
    unit,
    values: taken.of(name),
    goal: goals[name],
  });
  const all = [
    of('table-start', `from the start of a master with ${files} to its first answer`, 's'),
    of('table-start-read', 'the same when the table has to be read first, as after a crash', 's'),
    of('table-memory', `memory of that master besides page cache, its keepers ${heard}`, 'MiB'),
    of('table-ls', 'its first page of names', 'ms'),
    of(
      'table-idle',
      'processor time of the replication loop in a second, a tick, with nothing to do',
      'ms',
    ),
    of('loss-first', `a keeper with all ${files} is gone: until the first copy is ordered`, 's'),
    of('loss-planned', 'until every one of its files has been looked at', 's'),
    of('loss-memory', 'most memory of the master meanwhile, besides page cache', 'MiB'),
  ];
  return all.filter(({ values }) => values.length > 0);
}

class Taken {
  readonly #values = new Map<Name, number[]>();

  note(name: Name, value: number): void {
    this.#values.set(name, [...this.of(name), value]);
  }

  of(name: Name): readonly number[] {
    return this.#values.get(name) ?? [];
  }
}

/** With keepers that say that they hold all of it, of which one is lost in the end. */
async function measureTold(
  stage: Stage,
  { master, cluster }: Started,
  { tableFiles, taken }: { readonly tableFiles: number; readonly taken: Taken },
): Promise<void> {
  const [first, ...others] = await startHolders(master.address, tableFiles);
  await until(cluster, isAtRest);
  taken.note('table-memory', (await ownMemoryBytes(master.pid)) / mebibyte);
  taken.note('table-idle', await idleMs(master.pid, stage));
  const loss = await lose(master, cluster, first);
  taken.note('loss-first', loss.firstSeconds);
  taken.note('loss-planned', loss.plannedSeconds);
  taken.note('loss-memory', loss.peakMiB);
  for (const keeper of others) keeper.end();
  await loss.spare.end();
}

interface Started {
  readonly master: ServerProcess;
  readonly cluster: Cluster;
  readonly startSeconds: number;
}

/** So that a master does not find it as it was closed. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

async function withMaster(
  dir: string,
  args: readonly string[],
  work: (started: Started) => Promise<void>,
): Promise<void> {
  const beganMs = performance.now();
  const master = await ServerProcess.start({
    program: 'master',
    args: ['--port', '0', '--data', join(dir, 'master'), '--log-level', 'warn', ...args],
    logFile: join(dir, 'master.log'),
    // Ten million files are read in minutes.
    readyWithinMs: 600_000,
  });
  const cluster = openCluster({ master: master.address });
  try {
    await cluster.stat(nameOf(0));
    const startSeconds = (performance.now() - beganMs) / 1000;
    await work({ master, cluster, startSeconds });
  } finally {
    await cluster.close();
    await master.end('SIGTERM');
  }
}

async function firstPageMs(cluster: Cluster): Promise<number> {
  const beganMs = performance.now();
  for await (const _ of cluster.list('')) break;
  return performance.now() - beganMs;
}

const startHolders = (master: string, files: number): Promise<FalseKeeper[]> =>
  Promise.all(
    holders.map((keeper) => FalseKeeper.start(master, keeper, { inventory: inventoryOf(files) })),
  );

async function idleMs(pid: number, stage: Stage): Promise<number> {
  const seconds = stage.scale.kind === 'full' ? 10 : 1;
  const before = await threadCpuSeconds(pid, 'replication');
  await delay(seconds * 1000);
  return (((await threadCpuSeconds(pid, 'replication')) - before) * 1000) / seconds;
}

async function lose(master: ServerProcess, cluster: Cluster, lost: FalseKeeper | undefined) {
  let firstMs: number | undefined;
  const onCopy = (): void => {
    firstMs ??= performance.now();
  };
  const spare = await FalseKeeper.start(master.address, 'false-4', { onCopy });
  await until(cluster, isAtRest);
  let peakBytes = 0;
  const look = async (): Promise<void> => {
    peakBytes = Math.max(peakBytes, await ownMemoryBytes(master.pid));
  };
  const beganMs = performance.now();
  lost?.end();
  await until(cluster, async (status) => {
    await look();
    return status.keepers.lost === 1 && status.settled && status.belowTarget > 0;
  });
  const plannedSeconds = (performance.now() - beganMs) / 1000;
  const firstSeconds = ((firstMs ?? Number.NaN) - beganMs) / 1000;
  return { spare, firstSeconds, plannedSeconds, peakMiB: peakBytes / mebibyte };
}

const isAtRest = async ({ mode, settled, belowTarget }: ClusterStatus): Promise<boolean> =>
  mode === 'serving' && settled && belowTarget === 0;

async function until(
  cluster: Cluster,
  isReached: (status: ClusterStatus) => Promise<boolean>,
): Promise<void> {
  const pollEveryMs = 20;
  while (!(await isReached(await cluster.status()))) await delay(pollEveryMs);
}
