/** What the master alone can do, with keepers that have no disk: commits of uploads, and heartbeats. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '../../../src/cli/local/server-process.js';
import { MasterConnection } from '../../../src/rpc/master-connection.js';
import { type FalseKeeper, startFalseKeepers } from '../false-keeper.js';
import type { Measurement } from '../measurement.js';
import { usageOf } from '../process-usage.js';
import type { Figures, Stage } from '../stage.js';

const commitsAtATime = 64;

export const falseKeeperFigures: readonly Figures[] = [
  { names: ['commits'], run: async (stage) => [await measureCommits(stage)] },
  { names: ['heartbeats'], run: async (stage) => [await measureHeartbeats(stage)] },
];

const secondsEach = ({ scale }: Stage): number => (scale.kind === 'full' ? 5 : 1);

async function measureCommits(stage: Stage): Promise<Measurement> {
  const values = await withMaster(stage, 3, async (master, keepers) => {
    const client = MasterConnection.open(master.address);
    const rates: number[] = [];
    for (let round = 0; round <= stage.scale.rounds; round += 1)
      rates.push(await commitsPerSecond(client, keepers, secondsEach(stage)));
    client.close();
    return rates.slice(1);
  });
  return {
    name: 'commits',
    what: `uploads begun, reported and committed durably, ${commitsAtATime} at a time, without bytes`,
    unit: '/s',
    values,
    goal: { better: 'higher', toBeat: 2000, stretch: 5000 },
  };
}

async function commitsPerSecond(
  client: MasterConnection,
  keepers: readonly FalseKeeper[],
  seconds: number,
): Promise<number> {
  const endMs = performance.now() + seconds * 1000;
  let committed = 0;
  const storeOn = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await storeOne(client, keepers);
      committed += 1;
    }
  };
  await Promise.all(Array.from({ length: commitsAtATime }, storeOn));
  return committed / seconds;
}

const oneChunk = 1024 * 1024;

async function storeOne(client: MasterConnection, keepers: readonly FalseKeeper[]): Promise<void> {
  const uploadId = randomBytes(16).toString('hex');
  const begun = await client.beginUpload({
    uploadId,
    name: `commits/${uploadId}.mp4`,
    size: oneChunk,
    target: 1,
    acks: 1,
    replace: false,
    structureProblem: '',
    excludedKeeperIds: [],
  });
  const keeper = keepers.find(({ keeperId }) => keeperId === begun.keeper?.keeperId);
  await keeper?.reportStored({
    uploadId,
    fileId: begun.fileId,
    size: oneChunk,
    digest: randomBytes(32).toString('hex'),
    mp4: undefined,
  });
}

async function measureHeartbeats(stage: Stage): Promise<Measurement> {
  const count = stage.scale.kind === 'full' ? 1000 : 50;
  const values = await withMaster(stage, count, async (master) => {
    const shares: number[] = [];
    for (let round = 0; round <= stage.scale.rounds; round += 1)
      shares.push(await coresOf(master.pid, secondsEach(stage)));
    return shares.slice(1);
  });
  return {
    name: 'heartbeats',
    what: `the master's share of a core while ${count} keepers beat each second over gRPC`,
    unit: 'cores',
    values,
    goal: { better: 'lower', toBeat: 0.25 },
  };
}

async function coresOf(pid: number, seconds: number): Promise<number> {
  const before = await usageOf(pid);
  await delay(seconds * 1000);
  return ((await usageOf(pid)).cpuSeconds - before.cpuSeconds) / seconds;
}

async function withMaster<Value>(
  stage: Stage,
  keeperCount: number,
  work: (master: ServerProcess, keepers: readonly FalseKeeper[]) => Promise<Value>,
): Promise<Value> {
  const dir = await stage.freshDirectory('master-alone');
  const master = await ServerProcess.start({
    program: 'master',
    args: ['--port', '0', '--data', join(dir, 'master'), '--log-level', 'warn'],
    logFile: join(dir, 'master.log'),
  });
  let keepers: readonly FalseKeeper[] = [];
  try {
    keepers = await startFalseKeepers(master.address, keeperCount);
    return await work(master, keepers);
  } finally {
    for (const keeper of keepers) keeper.end();
    await master.end('SIGTERM');
    await rm(dir, { recursive: true, force: true });
  }
}
