/** The servers of a soak: real processes that are killed, stopped, paused and started again on their ports. */
import { join } from 'node:path';
import { type ProgramRun, runClientProcess } from '../../src/cli/local/run-program.js';
import { ServerProcess } from '../../src/cli/local/server-process.js';
import type { Findings } from './findings.js';
import { keeperCount } from './plan.js';

interface Member {
  server: ServerProcess;
  life: 'runs' | 'paused' | 'is told to stop' | 'is down';
}

const startsMax = 3;
/** A keeper gives its transfers 10 s; the rest is for a machine with much else to do. */
const stopWithinMs = 60_000;

export class SoakCluster {
  readonly dir: string;
  readonly keeperNames = Array.from({ length: keeperCount }, (_, index) => `k${index + 1}`);
  readonly #findings: Findings;
  readonly #members = new Map<string, Member>();

  static async start(dir: string, findings: Findings): Promise<SoakCluster> {
    const cluster = new SoakCluster(dir, findings);
    try {
      await cluster.start('master');
      await Promise.all(cluster.keeperNames.map((name) => cluster.start(name)));
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  private constructor(dir: string, findings: Findings) {
    this.dir = dir;
    this.#findings = findings;
  }

  get masterAddress(): string {
    return this.#memberOf('master').server.address;
  }

  get names(): readonly string[] {
    return ['master', ...this.keeperNames];
  }

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  pidOf(name: string): number {
    return this.#memberOf(name).server.pid;
  }

  isRunning(name: string): boolean {
    return this.#memberOf(name).life === 'runs';
  }

  /** Keepers that run, from the drawn one on. */
  runningFrom(drawn: number): readonly string[] {
    const { keeperNames } = this;
    const inOrder = keeperNames.map((_, at) => keeperNames[(drawn + at) % keeperNames.length]);
    return inOrder.flatMap((name) => (name !== undefined && this.isRunning(name) ? [name] : []));
  }

  /** On the port it had before, if it ran before; another socket may have that for a moment. */
  async start(name: string): Promise<void> {
    for (let left = startsMax; ; left -= 1) {
      try {
        return await this.#startOnce(name);
      } catch (error) {
        if (left <= 1) throw error;
      }
    }
  }

  async kill(name: string): Promise<void> {
    const member = this.#memberOf(name);
    member.life = 'is down';
    await member.server.end('SIGKILL');
  }

  /** L16: it ends in its grace. */
  async stop(name: string): Promise<void> {
    const member = this.#memberOf(name);
    member.life = 'is told to stop';
    const timer = setTimeout(() => {
      this.#findings.report(
        'L16',
        `${name} did not end within ${stopWithinMs / 1000} s of SIGTERM`,
      );
      void member.server.end('SIGKILL');
    }, stopWithinMs);
    await member.server.end('SIGTERM');
    clearTimeout(timer);
    member.life = 'is down';
  }

  pause(name: string): void {
    const member = this.#memberOf(name);
    member.life = 'paused';
    process.kill(member.server.pid, 'SIGSTOP');
  }

  resume(name: string): void {
    const member = this.#memberOf(name);
    member.life = 'runs';
    process.kill(member.server.pid, 'SIGCONT');
  }

  /** A command whose answer is of no concern to the history. */
  run(...args: readonly string[]): Promise<ProgramRun> {
    return runClientProcess(this.masterAddress, args);
  }

  /** What such a command says; undefined when it fails. */
  async ask(...args: readonly string[]): Promise<string | undefined> {
    const { code, stdout } = await this.run(...args);
    return code === 0 ? stdout : undefined;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#members.keys()].map((name) => this.kill(name)));
  }

  async #startOnce(name: string): Promise<void> {
    const port = this.#members.get(name)?.server.ready.port ?? 0;
    const args = ['--port', String(port), '--data', this.path(name)];
    const server = await ServerProcess.start({
      program: name === 'master' ? 'master' : 'keeper',
      args: name === 'master' ? args : [...args, '--id', name, '--master', this.masterAddress],
      logFile: this.path(`${name}.log`),
    });
    const member: Member = { server, life: 'runs' };
    this.#members.set(name, member);
    server.onExit((code) => this.#judgeExit(name, member, code));
  }

  #judgeExit(name: string, { life }: Member, code: number | null): void {
    if (life === 'is down' || (life === 'is told to stop' && code === 0)) return;
    this.#findings.report('S50', `${name} ended with ${code} while it ${life}: see ${name}.log`);
  }

  #memberOf(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`${name} was never started`);
    return member;
  }
}
