/** A master, and three keepers each behind a cable of its own that lets out only so much. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { programPath, ServerProcess } from '../../src/cli/local/server-process.js';
import { Namespace } from '../processes/net/namespace.js';
import { type Timed, timeCommand } from './timed-command.js';

const keepersMax = 3;

export class LinkedCluster {
  readonly #dir: string;
  readonly #links: readonly Namespace[];
  readonly #keepers: ServerProcess[] = [];
  #master: ServerProcess | undefined;

  static async start(dir: string): Promise<LinkedCluster> {
    const cluster = new LinkedCluster(dir);
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  private constructor(dir: string) {
    this.#dir = dir;
    this.#links = Array.from({ length: keepersMax }, () => Namespace.create());
  }

  client(...args: readonly string[]): Promise<Timed> {
    const line = [
      programPath('client'),
      '--master',
      this.#address('127.0.0.1'),
      '--quiet',
      ...args,
    ];
    return timeCommand(process.execPath, line);
  }

  narrow(link: number, megabitsPerSecond: number): void {
    this.#link(link).narrow(megabitsPerSecond);
  }

  async kill(keeper: number): Promise<void> {
    await this.#keepers[keeper]?.end('SIGKILL');
  }

  /** On its own directory, so that it is the same keeper again. */
  async startKeeper(keeper: number): Promise<void> {
    const { inside, host, through } = this.#link(keeper);
    await this.#startKeeper(keeper, inside, host, through);
  }

  /** The cables do not reach each other: copies are made before the keepers go behind them. */
  async store(film: string): Promise<void> {
    const loopback = '127.0.0.1';
    const starting = this.#links.map((_, at) => this.#startKeeper(at, loopback, loopback, []));
    await Promise.all(starting);
    await this.client('put', '--acks', '3', film);
    await Promise.all(this.#keepers.map((keeper) => keeper.end('SIGTERM')));
    await Promise.all(this.#links.map((_, at) => this.startKeeper(at)));
    await this.client('status', '--wait-healthy', '60');
  }

  /** Seconds for so many bytes over one plain TCP stream out of the first link. */
  async rawSeconds(bytes: number): Promise<number> {
    const { inside, through } = this.#link(0);
    const [program = '', ...args] = [...through, process.execPath, '-e', rawSender, inside];
    const sender = spawn(program, [...args, String(bytes)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(sender.stdout, 'data')) as [Buffer];
    const beganMs = performance.now();
    const socket = net.connect({ host: inside, port: Number(line.toString()) }).resume();
    await once(socket, 'close');
    const seconds = (performance.now() - beganMs) / 1000;
    sender.kill('SIGKILL');
    return seconds;
  }

  async end(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.end('SIGKILL')));
    await this.#master?.end('SIGKILL');
    for (const link of this.#links) link.remove();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    this.#master = await ServerProcess.start({
      program: 'master',
      args: ['--host', '0.0.0.0', '--insecure', '--port', '0', '--data', join(this.#dir, 'master')],
      logFile: join(this.#dir, 'master.log'),
    });
  }

  async #startKeeper(
    keeper: number,
    host: string,
    masterHost: string,
    through: readonly string[],
  ): Promise<void> {
    const name = `keeper-${keeper + 1}`;
    const where = [
      '--port',
      '0',
      '--host',
      host,
      '--insecure',
      '--master',
      this.#address(masterHost),
    ];
    const data = join(this.#dir, name);
    this.#keepers[keeper] = await ServerProcess.start({
      program: 'keeper',
      args: [...where, '--data', data, '--id', name, '--log-level', 'warn'],
      logFile: `${data}.log`,
      through,
    });
  }

  #link(at: number): Namespace {
    const link = this.#links[at];
    if (link === undefined) throw new Error(`there is no link ${at}`);
    return link;
  }

  #address(host: string): string {
    return `${host}:${this.#master?.ready.port}`;
  }
}

const rawSender = `
const [host, bytes] = process.argv.slice(1);
const piece = Buffer.alloc(1 << 20);
const server = require('node:net').createServer(async (socket) => {
  for (let left = Number(bytes); left > 0; left -= piece.length) {
    const part = piece.subarray(0, Math.min(left, piece.length));
    if (!socket.write(part)) await require('node:events').once(socket, 'drain');
  }
  socket.end();
}).listen(0, host, () => console.log(server.address().port));
`;
