import { describe, expect, it } from 'vitest';
import { wallMs } from '../../src/domain/ids.js';
import {
  firstSnapshotAfterMs,
  newestFirst,
  type Snapshot,
  snapshotsToDrop,
  timeOfNext,
} from '../../src/domain/table-snapshot.js';

const hour = 3_600_000;

describe('snapshots of the table', () => {
  it('are kept while they are the newest', () => {
    const taken = [1, 2, 3, 4, 5].map((time) => aSnapshot(time, 10 * time));

    expect(timesOf(snapshotsToDrop(taken, { kept: 2 }))).toEqual([3, 2, 1]);
  });

  it('are kept while they are those with the most files', () => {
    const taken = [
      [1, 900],
      [2, 1000],
      [3, 4],
      [4, 3],
      [5, 2],
    ] as const;

    const dropped = snapshotsToDrop(
      taken.map(([time, files]) => aSnapshot(time, files)),
      { kept: 2 },
    );

    expect(timesOf(dropped)).toEqual([3]);
  });

  it('never push out the largest, however many smaller ones follow', () => {
    let there: readonly Snapshot[] = [aSnapshot(0, 1000), aSnapshot(1, 999)];

    for (let time = 2; time < 100; time += 1) {
      const all = [...there, aSnapshot(time, 5)];
      const dropped = new Set(snapshotsToDrop(all, { kept: 2 }));
      there = all.filter((snapshot) => !dropped.has(snapshot));
    }

    expect(timesOf(newestFirst(there))).toEqual([99, 98, 1, 0]);
  });

  it('of as many files are kept newest first', () => {
    const taken = [1, 2, 3, 4].map((time) => aSnapshot(time, 7));

    expect(timesOf(snapshotsToDrop(taken, { kept: 1 }))).toEqual([3, 2, 1]);
  });

  it('are at most twice as many as are asked for', () => {
    const taken = Array.from({ length: 50 }, (_, time) => aSnapshot(time, 50 - time));

    expect(taken.length - snapshotsToDrop(taken, { kept: 8 }).length).toBe(16);
  });

  it('are in the order in which they were taken, though the clock went back', () => {
    expect(timeOfNext([], wallMs(5))).toBe(5);
    expect(timeOfNext([aSnapshot(3, 1)], wallMs(5))).toBe(5);
    expect(timeOfNext([aSnapshot(9, 1), aSnapshot(3, 1)], wallMs(5))).toBe(10);
  });
});

describe('the first snapshot of a master', () => {
  it.each([
    ['at once when there is none', undefined, 5 * hour, 0],
    ['when the last one is old enough', 4.5 * hour, 5 * hour, hour / 2],
    ['at once when the last one is older', 2 * hour, 5 * hour, 0],
    [
      'after one turn at the latest, though the last one is of the future',
      9 * hour,
      5 * hour,
      hour,
    ],
  ])('comes %s', (_, last, now, waits) => {
    const newest = last === undefined ? undefined : aSnapshot(last, 1);

    expect(firstSnapshotAfterMs(hour, newest, wallMs(now))).toBe(waits);
  });
});

function aSnapshot(time: number, files: number): Snapshot {
  return { name: `${time}`, takenAt: wallMs(time), epoch: 1, commit: time, files };
}

const timesOf = (snapshots: readonly Snapshot[]) => snapshots.map(({ takenAt }) => takenAt);
