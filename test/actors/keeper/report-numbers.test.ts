import { describe, expect, it } from 'vitest';
import { ReportNumbers } from '../../../src/actors/keeper/report-numbers.js';
import { reportsTrackedMax } from '../../../src/domain/replay-window.js';
import { idOf } from '../../domain/replication-builders.js';

const [f1, f2] = [idOf(1), idOf(2)];

describe('the numbers of reports', () => {
  it('count every try', async () => {
    const numbers = new ReportNumbers();

    const first = await numbers.send([f1], answered);
    await expect(numbers.send([f1], lost)).rejects.toThrow('lost');
    const third = await numbers.send([f1], answered);

    expect([first, third]).toEqual([1, 3]);
  });

  it('give up a call that failed, until the master has been told', async () => {
    const numbers = new ReportNumbers();
    await expect(numbers.send([f1], lost)).rejects.toThrow('lost');

    const before = numbers.givenUp;
    const told = await numbers.send([f2], async () => numbers.givenUp);

    expect([before, told, numbers.givenUp]).toEqual([[1], [1], []]);
  });

  it('give up what is awaited about a file when something newer is said of it', () => {
    const numbers = new ReportNumbers();
    void numbers.send([f1], unanswered);
    void numbers.send([f2], unanswered);

    void numbers.send([f1], unanswered);

    expect(numbers.givenUp).toEqual([1]);
  });

  it('keep what was given up while a report that tells of it is on its way', async () => {
    const numbers = new ReportNumbers();
    void numbers.send([f1], unanswered);

    await numbers.send([f2], async () => void numbers.send([f1], unanswered));

    expect(numbers.givenUp).toEqual([1]);
  });

  it('give up all that is awaited when asked to', () => {
    const numbers = new ReportNumbers();
    void numbers.send([f1], unanswered);
    void numbers.send([f2], unanswered);

    numbers.giveUpAwaited();

    expect(numbers.givenUp).toEqual([1, 2]);
  });

  it('tell of no more than the window of the master holds', async () => {
    const numbers = new ReportNumbers();

    for (let tries = 0; tries < reportsTrackedMax + 10; tries += 1)
      await expect(numbers.send([f1], lost)).rejects.toThrow('lost');

    expect(numbers.givenUp.length).toBe(reportsTrackedMax);
    expect(numbers.givenUp.at(-1)).toBe(reportsTrackedMax + 10);
  });
});

const answered = async (report: number): Promise<number> => report;

const lost = (): Promise<never> => Promise.reject(new Error('lost'));

const unanswered = (): Promise<never> => new Promise(() => undefined);
