/** A master and its keepers as processes, and what each of them uses while something is measured. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, ClusterStatus } from '../../src/actors/client/cluster.js';
import { openCluster } from '../../src/actors/client/open-cluster.js';
import { LocalCluster } from '../../src/cli/local/local-cluster.js';
import { programPath } from '../../src/cli/local/server-process.js';
import type { Authority } from '../../src/credentials/authority.js';
import { Credentials as CredentialFiles } from '../../src/credentials/credential-files.js';
import { openPolicy, policyName } from '../../src/credentials/policy-file.js';
import { forgetPeak, usageOf } from './process-usage.js';
import { type Timed, timeCommand } from './timed-command.js';

export interface ClusterShape {
  readonly keepers?: number;
  readonly durability: 'strict' | 'relaxed';
  readonly keeperArgs?: readonly string[];
  /** Plain text without it. */
  readonly security?: { readonly authority: Authority; readonly dataTls: 'on' | 'off' };
}

/** One command of the client, and what every process used meanwhile. */
export interface Sample {
  readonly seconds: number;
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly peakBytes: Readonly<Record<string, number>>;
}

const keepersDefault = 4;
const pollEveryMs = 10;
const mebibyte = 1024 * 1024;

export class BenchCluster {
  readonly #dir: string;
  readonly #cluster: LocalCluster;
  readonly #credentials: Credentials | undefined;
  #asked: Cluster | undefined;

  static async start(
    dir: string,
    { keepers, durability, keeperArgs = [], security }: ClusterShape,
  ): Promise<BenchCluster> {
    const count = keepers ?? keepersDefault;
    const issued = security && (await issueAll(security.authority, count));
    const cluster = await LocalCluster.start({
      dataDir: dir,
      masterPort: 0,
      keeperPorts: new Array<number>(count).fill(0),
      keeperArgs: ['--durability', durability, '--log-level', 'warn', ...keeperArgs],
      masterArgs: ['--log-level', 'warn', ...(issued?.masterArgs ?? [])],
      keeperArgsOf: (id) =>
        issued === undefined
          ? []
          : ['--credentials', issued.directoryOf(id), '--data-tls', security?.dataTls ?? 'on'],
    });
    return new BenchCluster(dir, cluster, issued?.credentials);
  }

  private constructor(dir: string, cluster: LocalCluster, credentials: Credentials | undefined) {
    this.#dir = dir;
    this.#cluster = cluster;
    this.#credentials = credentials;
  }

  get master(): LocalCluster['master'] {
    return this.#cluster.master;
  }

  get keepers(): LocalCluster['keepers'] {
    return this.#cluster.keepers;
  }

  client(...args: readonly string[]): Promise<Timed> {
    const own =
      this.#credentials === undefined ? [] : ['--credentials', this.#credentials.directory];
    const to = ['--master', this.master.address, ...own, '--quiet'];
    const line = [programPath('client'), ...to, ...args];
    return timeCommand(process.execPath, line);
  }

  /** The cluster as a client sees it, without the start of a process. */
  get asked(): Cluster {
    this.#asked ??= openCluster({
      master: this.master.address,
      credentials: this.#credentials?.own,
    });
    return this.#asked;
  }

  /** Resolves when the status is as it is wanted. */
  async until(isReached: (status: ClusterStatus) => boolean): Promise<void> {
    while (!isReached(await this.asked.status())) await delay(pollEveryMs);
  }

  /** Every file has its replicas, and nothing is on its way. */
  async healthy(): Promise<void> {
    await this.until(
      ({ settled, belowTarget, copiesInFlight, surplus, uploadsInProgress }) =>
        settled && belowTarget + copiesInFlight + surplus + uploadsInProgress === 0,
    );
  }

  /** Whatever there is, and its bytes off the disks. */
  async removeAll(): Promise<void> {
    for await (const { name } of this.asked.list('')) await this.asked.remove(name);
    await this.until(({ deletionsDue }) => deletionsDue === 0);
  }

  /** Paths of all that the keepers hold. */
  async replicas(): Promise<readonly string[]> {
    const found = await readdir(this.#dir, { recursive: true });
    const inObjects = /^[^/]+\/objects\/.*\.mp4$/;
    return found.filter((path) => inObjects.test(path)).map((path) => join(this.#dir, path));
  }

  /** The work of clients, measured with all servers. */
  async sample(work: () => Promise<Timed>): Promise<Sample> {
    const servers = this.#servers();
    const before = await Promise.all(
      servers.map(async ({ pid }) => {
        await forgetPeak(pid);
        return usageOf(pid);
      }),
    );
    const { seconds, cpuSeconds, peakBytes } = await work();
    const after = await Promise.all(servers.map(({ pid }) => usageOf(pid)));
    const used = servers.map(({ name }, at) => ({
      name,
      cpuSeconds: (after[at]?.cpuSeconds ?? 0) - (before[at]?.cpuSeconds ?? 0),
      peakBytes: after[at]?.peakBytes ?? 0,
    }));
    const all = [{ name: 'client', cpuSeconds, peakBytes }, ...used];
    return {
      seconds,
      cpuSeconds: Object.fromEntries(all.map((one) => [one.name, one.cpuSeconds])),
      peakBytes: Object.fromEntries(all.map((one) => [one.name, one.peakBytes])),
    };
  }

  /** Ends every process and removes what they stored. */
  async end(): Promise<void> {
    await this.#asked?.close();
    this.#credentials?.own.close();
    await this.#cluster.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  #servers(): readonly { readonly name: string; readonly pid: number }[] {
    const keepers = this.keepers.map(({ ready, pid }) => ({ name: ready.id, pid }));
    return [{ name: 'master', pid: this.master.pid }, ...keepers];
  }
}

/** Of a client. */
interface Credentials {
  readonly directory: string;
  readonly own: CredentialFiles;
}

/** For a master, a client, and keepers with the names that they get. */
async function issueAll(authority: Authority, keepers: number) {
  const directories = new Map<string, string>();
  for (let number = 1; number <= keepers; number += 1) {
    const name = `keeper-${number}`;
    directories.set(name, await authority.issue({ role: 'keeper', name }));
  }
  const master = await authority.issue({ role: 'master', name: 'main' });
  const directory = await authority.issue({ role: 'client', name: 'bench' });
  const own = await CredentialFiles.open({
    directory,
    roles: ['client'],
    onNews: () => undefined,
  });
  return {
    masterArgs: ['--credentials', master, '--policy', await openPolicyIn(directory)],
    directoryOf: (keeper: string) => directories.get(keeper) ?? '',
    credentials: { directory, own },
  };
}

async function openPolicyIn(directory: string): Promise<string> {
  const path = join(directory, policyName);
  await writeFile(path, JSON.stringify(openPolicy));
  return path;
}

export async function withCluster<Value>(
  dir: string,
  shape: ClusterShape,
  work: (cluster: BenchCluster) => Promise<Value>,
): Promise<Value> {
  const cluster = await BenchCluster.start(join(dir, 'cluster'), shape);
  try {
    return await work(cluster);
  } finally {
    await cluster.end();
  }
}

/** What a measurement says of its samples besides its values. */
export function usageIn(samples: readonly Sample[]) {
  const names = Object.keys(samples[0]?.cpuSeconds ?? {});
  const each = (value: (sample: Sample, name: string) => number) =>
    Object.fromEntries(names.map((name) => [name, samples.map((sample) => value(sample, name))]));
  return {
    seconds: samples.map(({ seconds }) => seconds),
    cpuSeconds: each(({ cpuSeconds }, name) => cpuSeconds[name] ?? 0),
    peakMiB: each(({ peakBytes }, name) => (peakBytes[name] ?? 0) / mebibyte),
  };
}
