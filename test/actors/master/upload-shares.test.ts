import { describe, expect, it } from 'vitest';
import { UploadShares } from '../../../src/actors/master/upload-shares.js';
import { clusterId, type UploadId, uploadId } from '../../../src/domain/ids.js';
import type { Principal } from '../../../src/domain/principal.js';

const gibibyte = 1024 ** 3;

describe('the share of a client', () => {
  it('bounds how many of its uploads are under way, and asks which have ended when it is full', async () => {
    const ended = new Set<UploadId>();
    let nowMs = 0;
    const shares = new UploadShares({
      clockMs: () => nowMs,
      isUnderWay: async (id) => !ended.has(id),
      limits: { uploadsPerClientMax: 2 },
    });
    const begin = (number: number, name = 'a') =>
      shares.take(client(name), { uploadId: idOf(number), size: 1 });
    await begin(1);
    await begin(2);

    await expect(begin(3)).rejects.toMatchObject({
      code: 'unavailable',
      detail: 'client a has 2 uploads under way: try again later',
    });
    await begin(2);
    await begin(4, 'b');
    ended.add(idOf(1));
    await expect(begin(3)).rejects.toMatchObject({ code: 'unavailable' });
    nowMs = 2_500;
    await begin(3);
    await expect(begin(5)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('bounds their bytes, but for one that is alone', async () => {
    const shares = new UploadShares({
      ...nothingEnds,
      limits: { uploadBytesPerClientMax: 2 * gibibyte },
    });
    const begin = (number: number, size: number, name: string) =>
      shares.take(client(name), { uploadId: idOf(number), size });

    await begin(1, 5 * gibibyte, 'a');
    await begin(2, gibibyte, 'b');
    await begin(3, gibibyte, 'b');

    await expect(begin(4, 1, 'a')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(begin(5, 1, 'b')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('asks the table a little at a time, however many uploads want to begin', async () => {
    let asking = 0;
    let asked = 0;
    let most = 0;
    let nowMs = 0;
    const shares = new UploadShares({
      clockMs: () => nowMs,
      isUnderWay: async () => {
        asked += 1;
        most = Math.max(most, ++asking);
        await new Promise((resolve) => setImmediate(resolve));
        asking -= 1;
        return true;
      },
    });
    for (let number = 1; number <= 256; number++)
      await shares.take(client('a'), { uploadId: idOf(number), size: 1 });

    nowMs = 5_000;
    const refused = await Promise.allSettled(
      Array.from({ length: 500 }, (_, number) =>
        shares.take(client('a'), { uploadId: idOf(1_000 + number), size: 1 }),
      ),
    );

    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect([asked, most]).toEqual([256, 16]);
  });

  it('is asked of nobody where nobody is known', async () => {
    const shares = new UploadShares({ ...nothingEnds, limits: { uploadsPerClientMax: 1 } });

    for (const number of [1, 2, 3])
      await shares.take(undefined, { uploadId: idOf(number), size: 1 });
  });
});

const nothingEnds = { clockMs: () => 0, isUnderWay: async () => true };

const idOf = (number: number): UploadId => uploadId(String(number).padStart(32, '0'));

const client = (name: string): Principal => ({
  clusterId: clusterId('c'.repeat(32)),
  role: 'client',
  name,
});
