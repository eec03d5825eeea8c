import { describe, expect, it, vi } from 'vitest';
import { type VerifyOutcome, VerifyWatch } from '../../../src/actors/master/verify-watch.js';
import { f1, f2, k1, k2 } from '../lookup-table/table-under-test.js';

const sound: VerifyOutcome = { outcome: 'sound', reason: '' };

describe('waiting for a verification', () => {
  it('ends for everyone who waits for the same replica, and for nobody else', async () => {
    const watch = new VerifyWatch();
    const same = [
      watch.wait(f1, k1, { timeoutMs: 60_000 }),
      watch.wait(f1, k1, { timeoutMs: 60_000 }),
    ];
    const others = [
      watch.wait(f2, k1, { timeoutMs: 60_000 }),
      watch.wait(f1, k2, { timeoutMs: 60_000 }),
    ];

    watch.tell(f1, k1, sound);

    expect(await Promise.all(same)).toEqual([sound, sound]);
    expect([watch.isUnderWay(f1, k1), watch.isUnderWay(f2, k1)]).toEqual([false, true]);
    expect(watch.isUnderWay(f1, k2)).toBe(true);
    watch.lose(k1);
    watch.lose(k2);
    await Promise.all(others);
  });

  it('L16: ends for everyone when the master stops, and leaves no clock behind', async () => {
    vi.useFakeTimers();
    const watch = new VerifyWatch();
    const outcomes = [
      watch.wait(f1, k1, { timeoutMs: 60_000 }),
      watch.wait(f2, k2, { timeoutMs: 60_000 }),
    ];

    watch.close();
    const clocks = vi.getTimerCount();
    vi.useRealTimers();

    const unknown = { outcome: 'unknown', reason: 'the master is stopping' };
    expect(await Promise.all(outcomes)).toEqual([unknown, unknown]);
    expect(clocks).toBe(0);
  });

  it('L16: ends at once when the master has stopped', async () => {
    const watch = new VerifyWatch();
    watch.close();

    const outcome = await watch.wait(f1, k1, { timeoutMs: 60_000 });

    expect(outcome).toEqual({ outcome: 'unknown', reason: 'the master is stopping' });
    expect(watch.isUnderWay(f1, k1)).toBe(false);
  });

  it('is not over at once when it may take longer than a clock can be set for', () => {
    vi.useFakeTimers();
    const watch = new VerifyWatch();

    const outcome = watch.wait(f1, k1, { timeoutMs: 2 ** 40 });
    vi.advanceTimersByTime(60_000);
    const isUnderWay = watch.isUnderWay(f1, k1);
    watch.close();
    vi.useRealTimers();

    expect(isUnderWay).toBe(true);
    return outcome;
  });

  it('ends without an outcome after its time', async () => {
    vi.useFakeTimers();
    const watch = new VerifyWatch();

    const outcome = watch.wait(f1, k1, { timeoutMs: 61_000 });
    vi.advanceTimersByTime(61_000);
    vi.useRealTimers();

    expect(await outcome).toEqual({ outcome: 'unknown', reason: 'no answer within 61 s' });
    expect(watch.isUnderWay(f1, k1)).toBe(false);
  });

  it('ends when its keeper is lost, and not when another is whose name ends alike', async () => {
    const watch = new VerifyWatch();
    const outcome = watch.wait(f1, k1, { timeoutMs: 60_000 });

    watch.lose('1' as typeof k1);
    const stillWaits = watch.isUnderWay(f1, k1);
    watch.lose(k1);

    expect(stillWaits).toBe(true);
    expect(await outcome).toEqual({ outcome: 'unknown', reason: 'its keeper was lost' });
  });

  it('is not ended by a word without the proof that it waits for', async () => {
    const watch = new VerifyWatch();
    const challenge = 'c'.repeat(64);
    const asked = watch.wait(f1, k1, { timeoutMs: 60_000, challenge });
    const beside = watch.wait(f1, k1, { timeoutMs: 60_000 });
    const proven: VerifyOutcome = { ...sound, proof: { challenge, answer: 'a' } };

    watch.tell(f1, k1, { ...sound, proof: { challenge: 'd'.repeat(64), answer: 'a' } });
    watch.tell(f1, k1, sound);
    watch.tell(f1, k1, proven);

    expect(await asked).toEqual(proven);
    expect(await beside).toMatchObject({ proof: { challenge: 'd'.repeat(64) } });
  });

  it('ends with what is not sound, proof or not', async () => {
    const watch = new VerifyWatch();
    const asked = watch.wait(f1, k1, { timeoutMs: 60_000, challenge: 'c'.repeat(64) });

    watch.tell(f1, k1, { outcome: 'absent', reason: '' });

    expect(await asked).toEqual({ outcome: 'absent', reason: '' });
  });

  it('goes on for the others when one of them leaves', async () => {
    const watch = new VerifyWatch();
    const leaving = new AbortController();
    const left = watch.wait(f1, k1, { timeoutMs: 60_000, signal: leaving.signal });
    const stays = watch.wait(f1, k1, { timeoutMs: 60_000 });

    leaving.abort();
    watch.tell(f1, k1, sound);

    expect(await left).toMatchObject({ outcome: 'unknown' });
    expect(await stays).toEqual(sound);
  });

  it('does not begin for one who has left before', async () => {
    const watch = new VerifyWatch();

    const outcome = await watch.wait(f1, k1, { timeoutMs: 60_000, signal: AbortSignal.abort() });

    expect(outcome).toMatchObject({ outcome: 'unknown' });
    expect(watch.isUnderWay(f1, k1)).toBe(false);
  });

  it('lets an outcome pass that nobody waits for', () => {
    expect(() => new VerifyWatch().tell(f1, k1, sound)).not.toThrow();
  });
});
