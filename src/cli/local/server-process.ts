/** A master, keeper or gateway as a child process: started, known to be ready, and ended by its pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { ReelkeepError } from '../../domain/errors.js';

export type ProgramName = 'master' | 'keeper' | 'gateway' | 'client';

export interface ReadyLine {
  readonly host: string;
  readonly port: number;
  readonly id: string;
  /** With `--metrics-port`. */
  readonly metricsPort?: number;
}

export interface StartOptions {
  readonly program: Exclude<ProgramName, 'client'>;
  readonly args: readonly string[];
  /** Where its log goes. */
  readonly logFile: string;
  /** A program that becomes it, with arguments: `env`, `ip netns exec`; none when absent. */
  readonly through?: readonly string[];
  /** Past this a server that says nothing is taken for one that will not start; 30 s. */
  readonly readyWithinMs?: number;
}

/** Of a start that says nothing else. */
const readyTimeoutMs = 30_000;

export const programPath = (program: ProgramName): string =>
  createRequire(import.meta.url).resolve(`#bin/${program}`);

export class ServerProcess {
  readonly ready: ReadyLine;
  readonly #child: ChildProcess;

  /** @throws ReelkeepError when it ends, or says nothing, before it is ready */
  static async start(options: StartOptions): Promise<ServerProcess> {
    const { program, args, logFile, through = [] } = options;
    const [command = '', ...rest] = [...through, process.execPath, programPath(program), ...args];
    // The channel tells it when this process is gone, however that came. In a process group of its
    // own: Ctrl-C in a terminal is for this process, and for the child a first signal would be a second.
    const child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    const log = createWriteStream(logFile, { flags: 'a' });
    child.stderr?.pipe(log);
    const ready = await readyLine(child, options);
    return new ServerProcess(child, ready);
  }

  private constructor(child: ChildProcess, ready: ReadyLine) {
    this.#child = child;
    this.ready = ready;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get address(): string {
    return `${this.ready.host}:${this.ready.port}`;
  }

  /** Resolves when the process has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  /** Ends by itself only when something is wrong with it. */
  onExit(listener: (code: number | null) => void): void {
    this.#child.once('exit', listener);
  }
}

function readyLine(
  child: ChildProcess,
  { program, logFile, readyWithinMs = readyTimeoutMs }: StartOptions,
): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new ReelkeepError('unavailable', `the ${program} ${why}; its log is ${logFile}`));
    };
    const timer = setTimeout(
      () => fail(`said nothing for ${readyWithinMs / 1000} s`),
      readyWithinMs,
    );
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code) => fail(`ended with exit code ${code} before it was ready`));
    if (child.stdout === null) return fail('has no stdout');
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(JSON.parse(line) as ReadyLine);
    });
  });
}
