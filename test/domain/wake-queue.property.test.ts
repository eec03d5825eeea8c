import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '../../src/domain/ids.js';
import { WakeQueue } from '../../src/domain/wake-queue.js';
import { seed } from '../seed.js';

describe(`WakeQueue (seed ${seed})`, () => {
  it('gives out exactly what is due, soonest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100)), fc.nat(100), (times, now) => {
        const queue = new WakeQueue<number>();
        for (const time of times) queue.add(millis(time), time);

        const taken: number[] = [];
        for (let wake = queue.takeDue(millis(now)); wake; wake = queue.takeDue(millis(now)))
          taken.push(wake.item);

        expect(taken).toEqual(times.filter((time) => time <= now).toSorted((a, b) => a - b));
        expect(queue.size).toBe(times.length - taken.length);
      }),
      { seed },
    );
  });
});
