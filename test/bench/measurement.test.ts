import { describe, expect, it } from 'vitest';
import { median, spread } from './measurement.js';

describe('what a figure comes to', () => {
  it('is the value in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is between the two in the middle when there is none', () => {
    expect(median([1, 10, 2, 4])).toBe(3);
  });

  it('has its least and its greatest value shown', () => {
    expect(spread([3, 1, 2])).toEqual([1, 3]);
  });
});
