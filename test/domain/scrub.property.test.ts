import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallMs } from '../../src/domain/ids.js';
import {
  ageMs,
  isDue,
  nextPassMs,
  paceOf,
  passEveryMs,
  pauseMs,
  percentBefore,
  scrubLimits,
} from '../../src/domain/scrub.js';
import { seed } from '../seed.js';
import { idOf } from './replication-builders.js';

const mib = 1024 ** 2;
const dayMs = 86_400_000;

describe(`the judgement of a scrub (seed ${seed})`, () => {
  it('L9: lets no replica become older than it may, wherever it lies and whenever passes begin', () => {
    fc.assert(
      fc.property(disks, ({ scrubEveryMs, replicas, keeper }) => {
        const usedBytes = replicas.reduce((sum, { bytes }) => sum + bytes, 0);
        const bytesPerMs = usedBytes / passEveryMs(scrubEveryMs);
        const verifiedAtMs = replicas.map(({ ageShare }) => -ageShare * scrubEveryMs);
        let beginsAtMs = 0;
        for (let pass = 1; pass <= 40; pass += 1) {
          let nowMs = beginsAtMs;
          replicas.forEach(({ bytes }, at) => {
            const age = nowMs - (verifiedAtMs[at] ?? 0);
            if (!isDue(age, scrubEveryMs)) return;
            nowMs += bytes / bytesPerMs;
            expect(nowMs - (verifiedAtMs[at] ?? 0)).toBeLessThanOrEqual(scrubEveryMs * 1.000_001);
            verifiedAtMs[at] = nowMs;
          });
          beginsAtMs = Math.max(nowMs, beginsAtMs + nextPassMs(keeper, pass, scrubEveryMs));
        }
      }),
      { seed },
    );
  });

  it('reads nothing that was read a short while ago', () => {
    expect([0, 0.5, 0.74, 0.75, 1, 9].map((share) => isDue(share * dayMs, dayMs))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it('S42: counts no age below zero, and takes a time to come for no time at all', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (verifiedAt, now) => {
        const age = ageMs(wallMs(verifiedAt), wallMs(now));

        expect(age).toBe(verifiedAt <= now ? now - verifiedAt : now);
      }),
      { seed },
    );
    expect(isDue(ageMs(wallMs(1_800_000_000_000), wallMs(1_700_000_000_000)), 30 * dayMs)).toBe(
      true,
    );
  });

  it.each([
    ['an empty disk', 0, 30 * dayMs, 8 * mib],
    ['a small one', 1024 * mib, 30 * dayMs, 8 * mib],
    ['10 TiB', 10 * 1024 * 1024 * mib, 30 * dayMs, (10 * 1024 * 1024 * mib) / (3.75 * 86_400)],
    ['100 TiB', 100 * 1024 * 1024 * mib, 30 * dayMs, 64 * mib],
  ])('reads %s at its pace', (_, usedBytes, scrubEveryMs, expected) => {
    expect(paceOf(usedBytes, scrubEveryMs)).toBeCloseTo(expected);
  });

  it('pauses for what is left of the time that bytes are to take', () => {
    expect(pauseMs(8 * mib, 0, 8 * mib)).toBe(1_000);
    expect(pauseMs(8 * mib, 400, 8 * mib)).toBe(600);
    expect(pauseMs(8 * mib, 1_400, 8 * mib)).toBe(0);
  });

  it('begins the first pass soon, the others in their time, and no two keepers together', () => {
    const firsts = Array.from({ length: 20 }, (_, at) => nextPassMs(`k${at}`, 0, 30 * dayMs));
    const later = Array.from({ length: 20 }, (_, at) => nextPassMs('k1', at + 1, 30 * dayMs));

    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(scrubLimits.firstPassMs / 2);
    expect(Math.max(...firsts)).toBeLessThanOrEqual(scrubLimits.firstPassMs);
    expect(Math.min(...later)).toBeGreaterThanOrEqual((30 * dayMs) / 16);
    expect(Math.max(...later)).toBeLessThanOrEqual((30 * dayMs) / 8);
    expect(new Set(firsts).size).toBe(20);
  });

  it('tells from a file id how far a pass is', () => {
    const idFrom = (digits: string) => idOf(Number(`0x${digits}`) * 2 ** 96);

    expect(
      ['00000000', '80000000', 'c0000000'].map((digits) => percentBefore(idFrom(digits))),
    ).toEqual([0, 50, 75]);
  });
});

const disks = fc.record({
  scrubEveryMs: fc.integer({ min: 1_000, max: 30 * dayMs }),
  keeper: fc.string(),
  replicas: fc.array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 1_000_000 }),
      // What was older when the keeper started is read as soon as it can be.
      ageShare: fc.double({ min: 0, max: 0.75, noNaN: true }),
    }),
    { minLength: 1, maxLength: 30 },
  ),
});
