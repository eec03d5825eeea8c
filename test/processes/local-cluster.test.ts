import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';

const program = new URL('../../dist/bin/cluster.js', import.meta.url).pathname;

describe('a local cluster', () => {
  it('says where it can be seen, and is gone when it is told to stop', async () => {
    const cluster = await start('--gateway-port', '0', '--keepers', '1');
    const [, origin = ''] = await said(cluster, /watch it: (http:\/\/127\.0\.0\.1:\d+)\//);

    const missing = await fetch(`${origin}/files/nothing.mp4`);
    const ended = once(cluster, 'exit');
    cluster.kill('SIGTERM');

    expect(missing.status).toBe(404);
    expect(await ended).toEqual([0, null]);
    await expect(fetch(origin)).rejects.toThrow();
  });

  it('does not start where the port of its gateway is in use, and says so in one line', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };

    const cluster = await start('--gateway-port', String(port));
    const [stderr, [code]] = await Promise.all([
      text(cluster.stderr as NodeJS.ReadableStream),
      once(cluster, 'exit'),
    ]);

    expect(stderr).toBe(
      `reelkeep cluster: port ${port} of 127.0.0.1 is in use: choose another for the gateway with --gateway-port, or 0 for a free one\n`,
    );
    expect(code).toBe(6);
  });
});

async function start(...args: readonly string[]): Promise<ChildProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'reelkeep-test-'));
  const child = spawn(process.execPath, [program, '--data', dir, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await rm(dir, { recursive: true, force: true });
  });
  return child;
}

/** What it says on stdout, once it has said that. */
async function said({ stdout }: ChildProcess, what: RegExp): Promise<RegExpExecArray> {
  let all = '';
  for await (const piece of stdout as AsyncIterable<Buffer>) {
    all += piece.toString();
    const found = what.exec(all);
    if (found !== null) return found;
  }
  throw new Error(`it said only: ${all}`);
}
