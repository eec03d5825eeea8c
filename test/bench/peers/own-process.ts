/** A server of a peer as a child in the foreground, ended by its pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export class OwnProcess {
  readonly #child: ChildProcess;

  /** @param log where all that it says goes */
  static async start(command: string, args: readonly string[], log: string): Promise<OwnProcess> {
    const out = await open(log, 'a');
    try {
      return new OwnProcess(spawn(command, args, { stdio: ['ignore', out.fd, out.fd] }));
    } finally {
      await out.close();
    }
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** One that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const pollEveryMs = 50;
const patienceMs = 30_000;

/** @throws Error when it does not come true in time */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${patienceMs / 1000} s`);
    await delay(pollEveryMs);
  }
}

export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
