import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../src/actors/keeper/arrivals.js';
import { idOf } from '../../domain/replication-builders.js';

describe('what is on its way to a disk', () => {
  it('L16: may be reported while there is time, and is given up when there is none', async () => {
    const arrivals = new Arrivals();
    const [quick, slow] = [arrival(), arrival()];
    const deadline = new AbortController();
    arrivals.follow(quick);
    arrivals.follow(slow);
    const settled = arrivals.settle(deadline.signal);

    quick.end();
    await quick.stored;
    deadline.abort();
    await settled;

    expect([quick.given, slow.given]).toEqual([[], ['the keeper is stopping']]);
  });

  it('is given up at once when there never was time', async () => {
    const arrivals = new Arrivals();
    const late = arrival();
    arrivals.follow(late);

    await arrivals.settle(AbortSignal.abort());

    expect(late.given).toEqual(['the keeper is stopping']);
  });

  it('S23: is ended for one file before its bytes go, so that no report of them follows', async () => {
    const arrivals = new Arrivals();
    const [one, other] = [arrival(idOf(1)), arrival(idOf(2))];
    arrivals.follow(one);
    arrivals.follow(other);

    await arrivals.end(idOf(1), new Error('the master deletes the file'));

    expect([one.given, other.given]).toEqual([['the master deletes the file'], []]);
  });

  it('is not waited for when it has ended before', async () => {
    const arrivals = new Arrivals();
    const ended = arrival();
    arrivals.follow(ended);
    ended.end();
    await ended.stored;

    await arrivals.settle(AbortSignal.abort());

    expect(ended.given).toEqual([]);
  });
});

function arrival(fileId = idOf(1)) {
  const given: string[] = [];
  let end: () => void = () => undefined;
  const stored = new Promise<void>((resolve) => {
    end = resolve;
  });
  const giveUp = (failure: unknown): void => {
    given.push(failure instanceof Error ? failure.message : String(failure));
    end();
  };
  return { fileId, given, stored, giveUp, end: () => end() };
}
