import { statfs } from 'node:fs/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SpaceMeter } from '../../src/storage/space-meter.js';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  statfs: vi.fn(),
}));

const mebibyte = 1024 ** 2;
const chunk = 4 * mebibyte;
const write = async (): Promise<'written'> => 'written';

describe('the room on a keeper’s disk', () => {
  beforeEach(() => vi.mocked(statfs).mockReset());

  it('is asked for once while many chunks are written and there is plenty', async () => {
    freeIs(10_000 * mebibyte);
    const meter = new SpaceMeter('/data', { bytes: 0 });

    for (let index = 0; index < 20; index += 1) await meter.whileRoomIsLeft(chunk, write);

    expect(statfs).toHaveBeenCalledTimes(1);
  });

  it('is asked for before each chunk when little is left outside the reserve', async () => {
    freeIs(1_000 * mebibyte);
    const meter = new SpaceMeter('/data', { bytes: 800 * mebibyte });

    for (let index = 0; index < 20; index += 1) await meter.whileRoomIsLeft(chunk, write);

    expect(statfs).toHaveBeenCalledTimes(20);
  });

  it('is plenty only for what has not been promised to others', async () => {
    freeIs(1_000 * mebibyte);
    const meter = new SpaceMeter('/data', { bytes: 0 });
    await meter.promise(900 * mebibyte);

    await meter.whileRoomIsLeft(chunk, write);
    await meter.whileRoomIsLeft(chunk, write);

    expect(statfs).toHaveBeenCalledTimes(3);
  });

  it('is found to be gone soon after something else has filled the disk', async () => {
    freeIs(10_000 * mebibyte);
    const meter = new SpaceMeter('/data', { bytes: 0 });
    await meter.whileRoomIsLeft(chunk, write);
    freeIs(mebibyte);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_000);

    await expect(meter.whileRoomIsLeft(chunk, write)).rejects.toMatchObject({ code: 'no-space' });
  });
});

function freeIs(bytes: number): void {
  const bsize = 4096;
  const stats = { bavail: bytes / bsize, blocks: 10 ** 9, bsize };
  vi.mocked(statfs).mockResolvedValue(stats as unknown as Awaited<ReturnType<typeof statfs>>);
}
