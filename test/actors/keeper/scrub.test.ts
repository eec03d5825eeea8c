import { describe, expect, it } from 'vitest';
import { AScrub, dayMs, mib } from './a-scrub.js';

describe('a scrub', () => {
  it('L9: reads what is due, in the order of file ids, and tells the master of each', async () => {
    const at = new AScrub([
      { number: 1 },
      { number: 2, ageMs: 0 },
      { number: 3, ageMs: 20 * dayMs },
      { number: 4, ageMs: 24 * dayMs },
      { number: 5, outcome: 'quarantined' },
    ]);

    await at.pass();

    expect(at.log).toEqual([
      'page of 1 2',
      'read 1',
      'sound 1',
      'page of 3 4',
      'read 4',
      'sound 4',
      'page of 5',
      'read 5',
      'quarantined 5',
    ]);
    expect(at.scrub.progress).toMatchObject({
      checked: 3,
      percent: 100,
      quarantined: 1,
      unreadable: 0,
      passedMs: 0,
    });
  });

  it('rests until the next pass, and looks at the time now and then', async () => {
    const at = new AScrub([{ number: 1, ageMs: 0 }]);
    await at.pass();
    at.waits.length = 0;
    const begunAtMs = at.nowMs();

    await at.pass();

    expect(at.nowMs() - begunAtMs).toBeGreaterThan((30 * dayMs) / 16 - 1);
    expect(at.nowMs() - begunAtMs).toBeLessThan((30 * dayMs) / 8 + 1);
    expect(Math.max(...at.waits)).toBe(3_600_000);
  });

  it('keeps its pace, inside a large replica as well', async () => {
    const at = new AScrub([
      { number: 1, size: 100 * mib },
      { number: 2, size: 60 * mib },
    ]);
    await at.scrub.step().then(async (step) => {
      if (step.type === 'idle') await at.wait(step.waitMs, new AbortController().signal);
    });
    at.waits.length = 0;
    const begunAtMs = at.nowMs();

    await at.pass();

    // 160 MiB at 8 MiB a second, in parts of 32 MiB and what is left of each replica.
    expect(at.nowMs() - begunAtMs).toBe(20_000);
    expect(at.waits).toEqual([4_000, 4_000, 4_000, 500, 4_000, 3_500]);
  });

  it('takes a small replica for one of some size', async () => {
    const at = new AScrub(Array.from({ length: 32 }, (_, index) => ({ number: index, size: 9 })));
    at.pageLength = 100;
    await at.pass();

    expect(at.waits.slice(1)).toEqual(Array(32).fill(31.25));
  });

  it('asks anew what is to be read when it was told a while ago', async () => {
    const at = new AScrub([{ number: 1, size: 1_000 * mib }, { number: 2 }, { number: 3 }]);
    at.pageLength = 3;

    await at.pass();

    expect(at.log).toEqual([
      'page of 1 2 3',
      'read 1',
      'sound 1',
      'page of 2 3',
      'read 2',
      'sound 2',
      'read 3',
      'sound 3',
    ]);
  });

  it('takes no offence at a replica that has gone meanwhile', async () => {
    const at = new AScrub([{ number: 1, outcome: 'absent' }, { number: 2 }]);

    await at.pass();

    expect(at.log.slice(1)).toEqual(['read 1', 'absent 1', 'read 2', 'sound 2']);
  });

  it('L11, S29: tells of a replica that it cannot read when that was so in two passes, and reads on', async () => {
    const at = new AScrub([{ number: 1, outcome: 'unknown' }, { number: 2 }]);

    await at.pass();
    const once = [...at.log];
    at.log.length = 0;
    await at.pass();

    expect(once.slice(1)).toEqual(['read 1', 'read 2', 'sound 2']);
    expect(at.log.slice(1)).toEqual(['read 1', 'unreadable 1', 'read 2', 'sound 2']);
    expect(at.scrub.progress.unreadable).toBe(1);
  });

  it('S29: forgets that it could not read a replica once it can', async () => {
    const replica = { number: 1, outcome: 'unknown' as 'unknown' | 'sound' };
    const at = new AScrub([replica]);
    await at.pass();
    replica.outcome = 'sound';
    await at.pass();
    replica.outcome = 'unknown';

    await at.pass();

    expect(at.log.filter((line) => !line.startsWith('page'))).toEqual([
      'read 1',
      'read 1',
      'sound 1',
      'read 1',
    ]);
  });

  it('tells at once of what it cannot read on a disk that is suspect, and reads on', async () => {
    const at = new AScrub([{ number: 1, outcome: 'unknown' }, { number: 2 }]);
    at.diskSuspect = true;

    await at.pass();

    expect(at.log.slice(1)).toEqual(['read 1', 'unreadable 1', 'read 2', 'sound 2']);
  });

  it('L15: asks a master that does not answer again, each time later, up to the limit', async () => {
    const at = new AScrub([{ number: 1 }]);
    at.isMasterAway = true;

    await at.run(14);

    const [, ...waits] = at.waits;
    waits.slice(0, -1).forEach((ms, failures) => {
      const wholeMs = Math.min(300_000, 1_000 * 2 ** failures);
      expect(ms).toBeGreaterThanOrEqual(wholeMs / 2);
      expect(ms).toBeLessThanOrEqual(wholeMs);
    });
    expect(at.log).toEqual([]);
  });

  it('L16: stops inside a replica when it is told to, and tells nothing of it', async () => {
    const at = new AScrub([{ number: 1, size: 1_000 * mib }, { number: 2 }]);
    at.onRead = () => at.scrub.stop();

    await at.run(2);

    expect(at.waits.at(-1)).toBe(4_000);
    expect(at.log).toEqual(['page of 1 2', 'read 1']);
  });

  it('S29: tells nothing of a replica that it could not read because it was stopped', async () => {
    const at = new AScrub([{ number: 1, outcome: 'unknown' }]);
    at.diskSuspect = true;
    at.onRead = () => at.scrub.stop();

    await at.run(2);

    expect(at.log).toEqual(['page of 1', 'read 1']);
  });

  it('L9: reads to its end what it is at when its keeper serves no more, and goes on behind it', async () => {
    const at = new AScrub([{ number: 1, size: 1_000 * mib }, { number: 2 }]);

    await at.run(4);
    const before = [...at.log];
    await at.run(4);

    expect(before).toEqual(['page of 1 2', 'read 1', 'sound 1']);
    expect(at.log.slice(3)).toEqual(['page of 2', 'read 2', 'sound 2']);
  });

  it('S5: looks again, and tells, when the master has not taken what it found', async () => {
    const at = new AScrub([{ number: 1, outcome: 'quarantined' }, { number: 2 }]);
    at.untaken.add(1);
    await at.run(2);
    at.untaken.delete(1);

    await at.run(3);

    const lookedAt = ['page of 1 2', 'read 1'];
    expect(at.log).toEqual([...lookedAt, ...lookedAt, 'quarantined 1', 'read 2', 'sound 2']);
    expect(at.scrub.progress.quarantined).toBe(1);
  });

  it('L11: is not held up by a replica of which the master never takes what is found', async () => {
    const at = new AScrub([{ number: 1 }, { number: 2 }]);
    at.untaken.add(1);

    await at.run(4);

    const lookedAt = ['page of 1 2', 'read 1'];
    expect(at.log).toEqual([...lookedAt, ...lookedAt, 'page of 2', 'read 2', 'sound 2']);
  });

  it('goes on in the same pass when its keeper serves again', async () => {
    const at = new AScrub([1, 2, 3, 4, 5].map((number) => ({ number })));
    await at.run(4);
    const before = at.log.filter((line) => line.startsWith('read'));
    at.log.length = 0;

    await at.run(4);

    expect(before).toEqual(['read 1', 'read 2', 'read 3']);
    expect(at.log).toEqual(['page of 4 5', 'read 4', 'sound 4', 'read 5', 'sound 5']);
  });
});

describe('the age of the oldest verification', () => {
  it('is unknown before a pass is over, and that of what was met and not read again then', async () => {
    const at = new AScrub([
      { number: 1, ageMs: 3 * dayMs },
      { number: 2, ageMs: 20 * dayMs },
      { number: 3, ageMs: 29 * dayMs },
    ]);
    const before = at.scrub.oldestAgeMs;
    const begunAtMs = at.nowMs();

    await at.pass();

    expect(before).toBeUndefined();
    const passedMs = at.nowMs() - begunAtMs;
    expect(at.scrub.oldestAgeMs).toBeGreaterThanOrEqual(20 * dayMs);
    expect(at.scrub.oldestAgeMs).toBeLessThanOrEqual(20 * dayMs + passedMs);
  });

  it('is that of a replica that could not be read, and grows', async () => {
    const at = new AScrub([
      { number: 1, ageMs: 28 * dayMs, outcome: 'unknown' },
      { number: 2, ageMs: 29 * dayMs },
    ]);

    await at.pass();
    const first = at.scrub.oldestAgeMs ?? 0;
    await at.wait(dayMs, new AbortController().signal);

    expect(Math.floor(first / dayMs)).toBe(28);
    expect(at.scrub.oldestAgeMs).toBe(first + dayMs);
  });

  it('is none when there is nothing to read', async () => {
    const at = new AScrub([]);

    await at.pass();

    expect(at.scrub.oldestAgeMs).toBe(0);
  });
});
