import { describe, expect, it } from 'vitest';
import { Promises } from '../../../src/actors/master/promises.js';
import { k1, k2 } from '../lookup-table/table-under-test.js';

describe('promises to keepers', () => {
  it('add up for each keeper', () => {
    const promises = new Promises(2_000);

    promises.note(k1, 10, 0);
    promises.note(k1, 5, 1_000);

    expect(promises.of(k1, 1_999)).toEqual({ transfers: 2, bytes: 15 });
    expect(promises.of(k2, 1_999)).toEqual({ transfers: 0, bytes: 0 });
  });

  it('end when the heartbeats of the keeper tell', () => {
    const promises = new Promises(2_000);
    promises.note(k1, 10, 0);
    promises.note(k1, 5, 1_000);

    expect(promises.of(k1, 2_000)).toEqual({ transfers: 1, bytes: 5 });
    expect(promises.of(k1, 3_000)).toEqual({ transfers: 0, bytes: 0 });
  });
});
