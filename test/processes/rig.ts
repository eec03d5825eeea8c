/** Real processes for a test: a master, keepers and clients, in a directory of their own, all ended afterwards. */
import { mkdtemp, readdir, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ProgramRun, runClientProcess } from '../../src/cli/local/run-program.js';
import { ServerProcess } from '../../src/cli/local/server-process.js';
import { ClientInBackground } from './client-in-background.js';

export { clip, flipByte, makeFilm, mebibytes, sha256 } from './films.js';

export interface ReplicaJson {
  readonly keeper: string;
  readonly address: string;
  readonly state: string;
  readonly verifiedAt: string;
  readonly path: string;
}

export interface FileJson {
  readonly name: string;
  readonly fileId: string;
  readonly size: number;
  readonly digest: string;
  readonly createdAt: string;
  readonly target: number;
  readonly replicas: readonly ReplicaJson[];
  readonly mp4: unknown;
}

interface KeeperJson {
  readonly keeper: string;
  readonly state: string;
  readonly disk: string;
}

export interface RigOptions {
  readonly keepers: number;
  readonly masterArgs?: readonly string[];
  readonly keeperArgs?: readonly string[];
  /** Of every client, before its command. */
  readonly clientArgs?: readonly string[];
  /** Where the data of a server lie, by its name; a directory below the rig's own unless given. */
  readonly dataDirs?: ReadonlyMap<string, string>;
  /** Asked at each start of a server, `master` or the name of a keeper. */
  readonly launch?: (name: string, masterPort: number) => Launch;
}

export interface Launch {
  readonly args?: readonly string[];
  readonly through?: readonly string[];
}

const healTimeoutSeconds = 60;

export class Rig {
  readonly dir: string;
  readonly #options: RigOptions;
  readonly #servers = new Map<string, ServerProcess>();
  readonly #ports = new Map<string, number>();

  static async start(options: RigOptions): Promise<Rig> {
    const rig = new Rig(await mkdtemp(join(tmpdir(), 'reelkeep-test-')), options);
    onTestFinished(() => rig.#end());
    await rig.startAll();
    return rig;
  }

  private constructor(dir: string, options: RigOptions) {
    this.dir = dir;
    this.#options = options;
  }

  get keeperNames(): readonly string[] {
    return Array.from({ length: this.#options.keepers }, (_, index) => `k${index + 1}`);
  }

  get masterPort(): number {
    return this.#ports.get('master') ?? 0;
  }

  get masterAddress(): string {
    return `127.0.0.1:${this.masterPort}`;
  }

  /** The master, then every keeper. */
  async startAll(): Promise<void> {
    await this.startMaster();
    await Promise.all(this.keeperNames.map((name) => this.startKeeper(name)));
  }

  /** On the port it had before, if it ran before. */
  async startMaster(args: readonly string[] = []): Promise<ServerProcess> {
    return await this.#start('master', 'master', [...(this.#options.masterArgs ?? []), ...args]);
  }

  async startKeeper(name: string, args: readonly string[] = []): Promise<ServerProcess> {
    const master = ['--master', this.masterAddress, '--id', name];
    return await this.#start('keeper', name, [
      ...master,
      ...(this.#options.keeperArgs ?? []),
      ...args,
    ]);
  }

  server(name: string): ServerProcess {
    const server = this.#servers.get(name);
    if (server === undefined) throw new Error(`${name} does not run`);
    return server;
  }

  async kill(name: string): Promise<void> {
    await this.server(name).end('SIGKILL');
  }

  /** Every server at once. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.end('SIGKILL')));
  }

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  /** Below the data directory of a server. */
  data(name: string, ...parts: readonly string[]): string {
    return join(this.#options.dataDirs?.get(name) ?? this.path(name), ...parts);
  }

  client(...args: readonly string[]): Promise<ProgramRun> {
    return runClientProcess(this.masterAddress, [...(this.#options.clientArgs ?? []), ...args]);
  }

  /** The client, expected to succeed. */
  async succeed(...args: readonly string[]): Promise<string> {
    const run = await this.client(...args);
    if (run.code !== 0)
      throw new Error(`client ${args.join(' ')}: exit ${run.code}: ${run.stderr}`);
    return run.stdout;
  }

  /** A client that runs on while the test does something else. */
  startClient(...args: readonly string[]): ClientInBackground {
    return new ClientInBackground(this.masterAddress, args);
  }

  /** The same, started by another program: `env`, `strace`. */
  startClientThrough(through: readonly string[], ...args: readonly string[]): ClientInBackground {
    return new ClientInBackground(this.masterAddress, args, through);
  }

  async stat(name: string): Promise<FileJson> {
    return JSON.parse(await this.succeed('--json', 'stat', name)) as FileJson;
  }

  async status(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await this.succeed('--json', 'status')) as Readonly<Record<string, unknown>>;
  }

  async keepers(): Promise<readonly KeeperJson[]> {
    const lines = (await this.succeed('--json', 'keepers')).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as KeeperJson);
  }

  async keeperStates(): Promise<Readonly<Record<string, string>>> {
    const keepers = await this.keepers();
    return Object.fromEntries(keepers.map(({ keeper, state }) => [keeper, state]));
  }

  /** `sound` or `suspect`, as its keeper tells. */
  async diskOf(name: string): Promise<string | undefined> {
    return (await this.keepers()).find(({ keeper }) => keeper === name)?.disk;
  }

  async healthy(): Promise<void> {
    await this.succeed('status', '--wait-healthy', String(healTimeoutSeconds));
  }

  /** Asks again until it holds; each question is a process, so there is no pause to choose. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + healTimeoutSeconds * 1000;
    while (performance.now() < deadlineMs) if (await holds()) return;
    throw new Error(`it did not come to pass: ${what}`);
  }

  /** Names of what is on its way to the keepers' disks. */
  async staged(): Promise<readonly string[]> {
    const lists = this.keeperNames.map((name) => readdir(this.data(name, 'staging')));
    return (await Promise.all(lists)).flat();
  }

  /** The name of the part file of a download into this directory, once it is there. */
  async partFile(): Promise<string> {
    for await (const { filename } of watch(this.dir))
      if (filename?.endsWith('.part')) return filename;
    throw new Error('the directory is gone');
  }

  /** The mp4 of a replica on its keeper's disk. */
  replicaFile(replica: ReplicaJson): string {
    return this.data(replica.keeper, replica.path);
  }

  async #start(
    program: 'master' | 'keeper',
    name: string,
    args: readonly string[],
  ): Promise<ServerProcess> {
    const port = ['--port', String(this.#ports.get(name) ?? 0), '--data', this.data(name)];
    const logFile = this.path(`${name}.log`);
    const { args: more = [], through = [] } = this.#options.launch?.(name, this.masterPort) ?? {};
    const all = [...port, ...args, ...more];
    const server = await ServerProcess.start({ program, args: all, logFile, through });
    this.#servers.set(name, server);
    this.#ports.set(name, server.ready.port);
    return server;
  }

  async #end(): Promise<void> {
    await this.killAll();
    await rm(this.dir, { recursive: true, force: true });
  }
}
