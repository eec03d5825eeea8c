import { describe, expect, it, vi } from 'vitest';
import { StatBatch, type StatCalls } from '../../../src/actors/client/stat-batch.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { File } from '../../../src/rpc/generated/reelkeep/v1/common.js';
import { rpcLimits } from '../../../src/rpc/limits.js';

describe('questions for single files', () => {
  it('go alone when nobody else asks', async () => {
    const { calls, batch } = aBatch();

    expect(await batch.stat('a')).toEqual({ name: 'a' });
    expect(calls.statMany).not.toHaveBeenCalled();
  });

  it('travel together when they are asked in the same turn, and are answered each by itself', async () => {
    const { calls, batch } = aBatch();

    const answers = await Promise.allSettled(['a', 'none', 'b'].map((name) => batch.stat(name)));

    expect(calls.stat).not.toHaveBeenCalled();
    expect(calls.statMany).toHaveBeenCalledExactlyOnceWith({ names: ['a', 'none', 'b'] }, {});
    expect(answers).toEqual([
      { status: 'fulfilled', value: { name: 'a' } },
      { status: 'rejected', reason: expect.objectContaining({ code: 'not-found', detail: 'no' }) },
      { status: 'fulfilled', value: { name: 'b' } },
    ]);
  });

  it('are no more at a time than the master takes', async () => {
    const { calls, batch } = aBatch();
    const names = Array.from({ length: 2 * rpcLimits.statNamesMax + 1 }, (_, at) => `f${at}`);

    const answers = await Promise.all(names.map((name) => batch.stat(name)));

    expect(answers).toEqual(names.map((name) => ({ name })));
    expect([calls.statMany.mock.calls.length, calls.stat.mock.calls.length]).toEqual([2, 1]);
  });

  it('fail together when the master cannot be reached', async () => {
    const { calls, batch } = aBatch();
    calls.statMany.mockRejectedValue(new ReelkeepError('unavailable', 'nobody listens'));

    const answers = await Promise.allSettled([batch.stat('a'), batch.stat('b')]);

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('are not left waiting for an answer that did not come with the others', async () => {
    const { calls, batch } = aBatch();
    calls.statMany.mockResolvedValue({ outcomes: [] });

    const answers = await Promise.allSettled([batch.stat('a'), batch.stat('b')]);

    expect(answers).toEqual(
      Array(2).fill({ status: 'rejected', reason: expect.objectContaining({ code: 'internal' }) }),
    );
  });
});

function aBatch() {
  const fileOf = (name: string) => ({ name }) as File;
  const calls = {
    stat: vi.fn<StatCalls['stat']>(async ({ name }) => ({ file: fileOf(name) })),
    statMany: vi.fn<StatCalls['statMany']>(async ({ names }) => ({
      outcomes: names.map((name) =>
        name === 'none'
          ? { file: undefined, code: 'not-found', detail: 'no' }
          : { file: fileOf(name), code: '', detail: '' },
      ),
    })),
  };
  return { calls, batch: new StatBatch(() => calls, {}) };
}
