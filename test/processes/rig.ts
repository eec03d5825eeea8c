/** Real processes for a test: a master, keepers and clients, in a directory of their own, all ended afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { cp, mkdtemp, open, readdir, rm, stat, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type ClientRun, runClientProcess } from '../../src/cli/local/client-process.js';
import { programPath, ServerProcess } from '../../src/cli/local/server-process.js';

export const clip = new URL('../fixtures/clip.mp4', import.meta.url).pathname;

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
  readonly target: number;
  readonly replicas: readonly ReplicaJson[];
  readonly mp4: unknown;
}

export interface RigOptions {
  readonly keepers: number;
  readonly masterArgs?: readonly string[];
  readonly keeperArgs?: readonly string[];
  /** Asked at each start of a server, `master` or the name of a keeper. */
  readonly launch?: (name: string, masterPort: number) => Launch;
}

interface Launch {
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
    await rig.startMaster();
    await Promise.all(rig.keeperNames.map((name) => rig.startKeeper(name)));
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

  /** On the port it had before, if it ran before. */
  async startMaster(): Promise<ServerProcess> {
    return await this.#start('master', 'master', this.#options.masterArgs ?? []);
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

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  client(...args: readonly string[]): Promise<ClientRun> {
    return runClientProcess(this.masterAddress, args);
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

  async keeperStates(): Promise<Readonly<Record<string, string>>> {
    const lines = (await this.succeed('--json', 'keepers')).trim().split('\n');
    const keepers = lines.map((line) => JSON.parse(line) as { keeper: string; state: string });
    return Object.fromEntries(keepers.map(({ keeper, state }) => [keeper, state]));
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
    const lists = this.keeperNames.map((name) => readdir(this.path(name, 'staging')));
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
    return this.path(replica.keeper, replica.path);
  }

  async #start(
    program: 'master' | 'keeper',
    name: string,
    args: readonly string[],
  ): Promise<ServerProcess> {
    const port = ['--port', String(this.#ports.get(name) ?? 0), '--data', this.path(name)];
    const logFile = this.path(`${name}.log`);
    const { args: more = [], through = [] } = this.#options.launch?.(name, this.masterPort) ?? {};
    const all = [...port, ...args, ...more];
    const server = await ServerProcess.start({ program, args: all, logFile, through });
    this.#servers.set(name, server);
    this.#ports.set(name, server.ready.port);
    return server;
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.end('SIGKILL')));
    await rm(this.dir, { recursive: true, force: true });
  }
}

export class ClientInBackground {
  readonly ended: Promise<ClientRun>;
  readonly #child: ChildProcess;

  constructor(master: string, args: readonly string[], through: readonly string[] = []) {
    const client = [process.execPath, programPath('client'), '--master', master];
    const [command = '', ...rest] = [...through, ...client, ...args];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
      ([stdout, stderr, [code]]) => ({ code: code ?? -1, stdout, stderr }),
    );
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** A real mp4 of exactly so many bytes: the clip, and a `free` box that players skip. */
export async function makeFilm(path: string, bytes: number, tint = 0): Promise<string> {
  await cp(clip, path);
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  try {
    const head = Buffer.alloc(16);
    head.writeUInt32BE(1);
    head.write('free', 4);
    head.writeBigUInt64BE(BigInt(bytes - size), 8);
    await file.write(head, 0, head.length, size);
    const piece = Buffer.alloc(1024 * 1024);
    for (let at = size + head.length; at < bytes; at += piece.length) {
      for (let word = 0; word < piece.length; word += 4096)
        piece.writeUInt32LE(at + word + tint, word);
      await file.write(piece, 0, Math.min(piece.length, bytes - at), at);
    }
  } finally {
    await file.close();
  }
  return path;
}

export async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte.writeUInt8((byte.readUInt8() + 1) % 256);
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

export const mebibytes = (count: number): number => count * 1024 * 1024;
