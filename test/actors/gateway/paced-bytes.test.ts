import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { pacedBytes } from '../../../src/actors/gateway/paced-bytes.js';

describe('the bytes of a sender', () => {
  it('end with a reason when none come', async () => {
    const bytes = new Readable({ read: () => undefined });
    bytes.push('abc');

    const { text, failure } = await drain(pacedBytes(bytes, limits({ idleTimeoutMs: 50 })));

    expect(text).toBe('abc');
    expect(failure).toMatchObject({ code: 'unavailable' });
  });

  it('end with a reason when they only drip', async () => {
    const bytes = new Readable({ read: () => undefined });
    const dripping = setInterval(() => bytes.push('a'), 5);

    const { failure } = await drain(pacedBytes(bytes, limits({ rateWindowMs: 100 })));
    clearInterval(dripping);

    expect(failure).toMatchObject({ code: 'unavailable' });
  });

  it('are not blamed for the time that their receiver takes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const bytes = Readable.from([Buffer.from('ab'), Buffer.from('cd')]);
    const paced = pacedBytes(bytes, limits({ idleTimeoutMs: 20, rateWindowMs: 20 }));

    const first = await paced.next();
    vi.advanceTimersByTime(200);
    const rest = await drain(paced);

    expect(String(first.value)).toBe('ab');
    expect(rest).toEqual({ text: 'cd', failure: undefined });
  });
});

const limits = (some: Partial<{ idleTimeoutMs: number; rateWindowMs: number }>) => ({
  idleTimeoutMs: 10_000,
  bytesPerSecondMin: 1_000,
  rateWindowMs: 10_000,
  ...some,
});

async function drain(bytes: AsyncIterable<Uint8Array>) {
  let text = '';
  try {
    for await (const chunk of bytes) text += Buffer.from(chunk).toString();
    return { text, failure: undefined };
  } catch (failure) {
    return { text, failure };
  }
}
