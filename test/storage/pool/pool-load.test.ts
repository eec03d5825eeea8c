import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { blake3 } from '../../../src/storage/blake3.js';
import { HashPool } from '../../../src/storage/pool/hash-pool.js';
import { shared } from '../a-store.js';

describe('the load of the hash pool', () => {
  it('is what it has been given and what waits, and nothing when all is done', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'reelkeep-pool-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const pool = HashPool.create({ threads: 2, queueLengthMax: 1 });
    onTestFinished(() => pool.close());
    const file = await open(join(directory, 'file'), 'w+');
    onTestFinished(() => file.close());
    const bytes = Buffer.from('abc');
    const task = {
      shared: shared(bytes),
      length: 3,
      digest: blake3(bytes),
      fd: file.fd,
      position: 0,
    };

    const tasks = Array.from({ length: 5 }, () => pool.hashAndWrite(task));
    const busy = pool.load;
    await Promise.all(tasks);

    // Two threads, and one that waits in their queue: the others wait for that.
    expect(busy).toMatchObject({ tasks: 3, waiting: 2 });
    expect(pool.load).toEqual({ tasks: 0, waiting: 0, silentMs: 0 });
  });
});
