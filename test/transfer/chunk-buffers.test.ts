import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { BufferQuota, ChunkBuffers } from '../../src/transfer/chunk-buffers.js';

describe('chunk buffers', () => {
  it('are one chunk long and lie in shared memory', async () => {
    const pool = new ChunkBuffers({ buffersMax: 1 });

    const buffer = await pool.acquire();

    expect(buffer.bytes.length).toBe(chunkBytes);
    expect(buffer.bytes.buffer).toBe(buffer.shared);
  });

  it('are reused', async () => {
    const pool = new ChunkBuffers({ buffersMax: 2 });
    const first = await pool.acquire();
    pool.release(first);

    expect(await pool.acquire()).toBe(first);
  });

  it('are waited for in line when all are in use', async () => {
    const pool = new ChunkBuffers({ buffersMax: 1 });
    const order: number[] = [];
    const held = await pool.acquire();
    const waiting = [1, 2].map(async (who) => {
      const buffer = await pool.acquire();
      order.push(who);
      pool.release(buffer);
    });

    pool.release(held);
    await Promise.all(waiting);

    expect(order).toEqual([1, 2]);
    expect(pool.inUse).toBe(0);
  });

  it('are not given to one who stopped waiting', async () => {
    const pool = new ChunkBuffers({ buffersMax: 1 });
    const held = await pool.acquire();
    const abort = new AbortController();
    const waiting = pool.acquire(abort.signal);

    abort.abort(new Error('enough'));
    pool.release(held);

    await expect(waiting).rejects.toThrow('enough');
    expect(pool.inUse).toBe(0);
    expect(await pool.acquire()).toBe(held);
  });

  it('are kept when free only up to the bound', async () => {
    const pool = new ChunkBuffers({ buffersMax: 2, freeMax: 1 });
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
    pool.release(first);
    pool.release(second);

    expect(await pool.acquire()).toBe(first);
    const isSecond = (await pool.acquire()) === second;
    expect(isSecond).toBe(false);
  });

  it('are released once', async () => {
    const pool = new ChunkBuffers({ buffersMax: 1 });
    const buffer = await pool.acquire();
    pool.release(buffer);

    expect(() => pool.release(buffer)).toThrow('released once');
  });

  it('are limited for one transfer by its quota', async () => {
    const pool = new ChunkBuffers({ buffersMax: 3 });
    const quota = new BufferQuota(pool, 1);
    const held = await quota.acquire();
    const next = quota.acquire();

    expect(pool.inUse).toBe(1);
    quota.release(held);

    expect(await next).toBe(held);
  });

  it('leave the quota whole when waiting for the pool is given up', async () => {
    const pool = new ChunkBuffers({ buffersMax: 1 });
    const quota = new BufferQuota(pool, 1);
    const held = await pool.acquire();
    const abort = new AbortController();
    const waiting = quota.acquire(abort.signal);

    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    pool.release(held);

    expect(await quota.acquire()).toBe(held);
  });
});
