/**
 * A network namespace with an address of its own, for systems whose servers refuse to be at
 * 127.0.0.1; what they send themselves there goes over loopback all the same.
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { OwnProcess } from './own-process.js';
import { requireProgram } from './peer.js';

export const namespacePrograms = ['ip', 'nsenter'];

export class OwnNamespace {
  readonly address = '10.213.0.1';
  readonly network = '10.213.0.0/24';
  readonly #name: string;

  /** @param of whom it is, for its name */
  static make(of: string): OwnNamespace {
    const namespace = new OwnNamespace(`reelkeep-bench-${of}-${process.pid}`);
    namespace.#make();
    return namespace;
  }

  private constructor(name: string) {
    this.#name = name;
  }

  /** @returns what it says on stdout */
  run(program: string, args: readonly string[]): string {
    return execFileSync('nsenter', [this.#net, requireProgram(program), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  /** @param log where all that it says goes */
  start(program: string, args: readonly string[], log: string): Promise<OwnProcess> {
    return OwnProcess.start('nsenter', [this.#net, requireProgram(program), ...args], log);
  }

  async isListening(port: number): Promise<boolean> {
    try {
      this.run('bash', ['-c', `exec 3<>/dev/tcp/${this.address}/${port}`]);
      return true;
    } catch {
      // nobody listens there yet
      return false;
    }
  }

  remove(): void {
    ip('netns', 'del', this.#name);
  }

  get #net(): string {
    return `--net=/run/netns/${this.#name}`;
  }

  #make(): void {
    ip('netns', 'add', this.#name);
    const own = (...args: readonly string[]) => ip('-n', this.#name, ...args);
    own('link', 'set', 'lo', 'up');
    own('link', 'add', 'own', 'type', 'veth', 'peer', 'name', 'other');
    own('link', 'set', 'other', 'up');
    own('addr', 'add', `${this.address}/24`, 'dev', 'own');
    own('link', 'set', 'own', 'up');
  }
}

const ip = (...args: readonly string[]): void => void execFileSync('ip', args, { stdio: 'ignore' });
