import { describe, expect, it } from 'vitest';
import { UploadLocks } from '../../../src/actors/gateway/upload-locks.js';

describe('the lock of an upload', () => {
  it('goes from one request to the next when the one before makes room', async () => {
    const locks = new UploadLocks();
    const [first, second] = [locks.newLock('a'), locks.newLock('a')];
    const asked: string[] = [];
    await first.lock(never, () => {
      asked.push('first');
      return first.unlock();
    });

    await second.lock(never, () => undefined);
    await second.unlock();

    expect(asked).toEqual(['first']);
  });

  it('is waited for no longer than that, and the later request told so', async () => {
    const locks = new UploadLocks(20);
    await locks.newLock('a').lock(never, () => undefined);

    const late = locks.newLock('a').lock(never, () => undefined);

    await expect(late).rejects.toMatchObject({ status: 423, code: 'unavailable' });
  });

  it('is not waited for by a request that is over, and is not its to give back', async () => {
    const locks = new UploadLocks();
    const first = locks.newLock('a');
    const over = new AbortController();
    await first.lock(never, () => undefined);

    const second = locks.newLock('a');
    const waiting = second.lock(over.signal, () => undefined);
    over.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await second.unlock();
    const third = new UploadLocksProbe(locks);

    expect(await third.isFree('a')).toBe(false);
    await first.unlock();
    expect(await third.isFree('a')).toBe(true);
  });

  it('of one upload is none of another', async () => {
    const locks = new UploadLocks(20);
    await locks.newLock('a').lock(never, () => undefined);

    await expect(locks.newLock('b').lock(never, () => undefined)).resolves.toBeUndefined();
  });
});

const never = new AbortController().signal;

/** Whether somebody who asks gets it at once: whoever has it is asked to make room otherwise. */
class UploadLocksProbe {
  readonly #locks: UploadLocks;

  constructor(locks: UploadLocks) {
    this.#locks = locks;
  }

  async isFree(id: string): Promise<boolean> {
    const over = new AbortController();
    const lock = this.#locks.newLock(id);
    const taken = lock
      .lock(over.signal, () => undefined)
      .then(
        () => true,
        () => false,
      );
    // Somebody else has it if it is still waited for after a turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    over.abort();
    const isFree = await taken;
    if (isFree) await lock.unlock();
    return isFree;
  }
}
