/**
 * A network of its own for one keeper: a namespace, and one cable between it and the machine,
 * which can be pulled out, made narrow, or made to delay and lose packets. Needs root, and leaves
 * nothing once it is removed.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export class Namespace {
  /** Of the machine, on the cable. */
  readonly host: string;
  /** Of the namespace, on the cable. */
  readonly inside: string;
  /** To start a program in it. */
  readonly through: readonly string[];
  readonly #name: string;
  readonly #cable: string;

  static create(): Namespace {
    const namespace = new Namespace(randomBytes(3).toString('hex'), randomBytes(1).readUInt8());
    try {
      namespace.#make();
    } catch (error) {
      namespace.remove();
      throw error;
    }
    return namespace;
  }

  private constructor(mark: string, subnet: number) {
    this.#name = `reelkeep-${mark}`;
    // Of the block that is kept for tests of networks.
    this.host = `198.18.${subnet}.1`;
    this.inside = `198.18.${subnet}.2`;
    this.#cable = `rk${mark}`;
    this.through = ['ip', 'netns', 'exec', this.#name];
  }

  pullCable(): void {
    run(`ip link set ${this.#cable} down`);
  }

  plugCable(): void {
    run(`ip link set ${this.#cable} up`);
  }

  /** What the machine sends to it comes late and not always; or slowly, on a kernel that cannot do that. */
  spoil(): 'late and lossy' | 'slow' {
    const shape = `tc qdisc replace dev ${this.#cable} root`;
    if (attempt(`${shape} netem delay 40ms 10ms loss 3%`)) return 'late and lossy';
    run(`${shape} tbf rate 60mbit burst 64kb latency 400ms`);
    return 'slow';
  }

  /** What it sends comes no faster than that. */
  narrow(megabitsPerSecond: number): void {
    const shape = `tbf rate ${megabitsPerSecond}mbit burst 256kb latency 50ms`;
    run(`tc -n ${this.#name} qdisc replace dev ${this.#cable}p root ${shape}`);
  }

  /** The cable goes with its other end, but in the kernel's own time: it may go at any moment. */
  remove(): void {
    attempt(`ip netns del ${this.#name}`);
    const unplug = `ip link del ${this.#cable}`;
    if (!attempt(unplug) && attempt(`ip link show ${this.#cable}`)) run(unplug);
  }

  #make(): void {
    const peer = `${this.#cable}p`;
    run(`ip netns add ${this.#name}`);
    run(`ip link add ${this.#cable} type veth peer name ${peer} netns ${this.#name}`);
    run(`ip addr add ${this.host}/30 dev ${this.#cable}`);
    run(`ip link set ${this.#cable} up`);
    run(`ip -n ${this.#name} addr add ${this.inside}/30 dev ${peer}`);
    run(`ip -n ${this.#name} link set ${peer} up`);
    run(`ip -n ${this.#name} link set lo up`);
  }
}

export function namespacesAreMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (!attempt('ip -V') || !attempt('tc -V')) return 'ip and tc are not installed';
  const probe = `reelkeep-probe-${randomBytes(3).toString('hex')}`;
  if (!attempt(`ip netns add ${probe}`)) return 'network namespaces cannot be made here';
  run(`ip netns del ${probe}`);
  return undefined;
}

function run(command: string): void {
  const [program = '', ...args] = command.split(' ');
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function attempt(command: string): boolean {
  try {
    run(command);
    return true;
  } catch {
    return false;
  }
}
