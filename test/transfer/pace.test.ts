import { describe, expect, it } from 'vitest';
import { millis } from '../../src/domain/ids.js';
import { Pace } from '../../src/transfer/pace.js';

const limits = { idleTimeoutMs: 100, bytesPerSecondMin: 1_000, rateWindowMs: 400 };

describe('pace', () => {
  it('is content for as long as the idle timeout and says when to look again', () => {
    const pace = new Pace(limits, millis(0));

    expect(pace.judge(millis(99))).toEqual({ state: 'in time', judgeAgainAt: 100 });
  });

  it('calls a peer silent that sent nothing for the idle timeout', () => {
    const pace = new Pace(limits, millis(0));
    pace.heard(1_000_000, millis(50));

    expect(pace.judge(millis(149)).state).toBe('in time');
    expect(pace.judge(millis(150)).state).toBe('silent');
  });

  it('calls a peer too slow that trickles', () => {
    const pace = new Pace(limits, millis(0));

    for (let at = 50; at < 400; at += 50) {
      pace.heard(1, millis(at));
      expect(pace.judge(millis(at)).state).toBe('in time');
    }

    pace.heard(1, millis(400));
    expect(pace.judge(millis(400)).state).toBe('too slow');
  });

  it('accepts exactly the minimum, in each window anew', () => {
    const pace = new Pace(limits, millis(0));
    const tick = (at: number, bytes: number) => {
      pace.heard(bytes, millis(at));
      return pace.judge(millis(at)).state;
    };

    for (let at = 50; at <= 400; at += 50) expect(tick(at, 50)).toBe('in time');
    for (let at = 450; at < 800; at += 50) expect(tick(at, 49)).toBe('in time');

    expect(tick(800, 49)).toBe('too slow');
  });
});
