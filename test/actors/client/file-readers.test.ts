import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientLimits } from '../../../src/actors/client/client-limits.js';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { fileId } from '../../../src/domain/ids.js';
import { seed } from '../../seed.js';
import { aReading, failing, silently, soundly, wrongly } from './a-reading.js';

const size = 4 * chunkBytes + 1234;
const sound = { a: soundly, b: soundly, c: soundly };

describe(`a reader of an opened file (seed ${seed})`, () => {
  it('S3: gives the bytes that were asked for, whichever they are', async () => {
    const reading = aReading(size, sound);
    const span = fc.tuple(fc.nat(size), fc.nat(size)).map((ends) => ends.sort((x, y) => x - y));

    await fc.assert(
      fc.asyncProperty(span, async ([from = 0, to = 0]) => {
        const read = await reading.read(from, to);

        expect(Buffer.compare(read, reading.bytes.subarray(from, to))).toBe(0);
      }),
      { seed, numRuns: 20 },
    );
  });

  it('asks for one chunk before the first byte, and for none twice', async () => {
    const reading = aReading(size, sound);

    await reading.read(chunkBytes + 5, chunkBytes + 6);
    await reading.read(chunkBytes + 7, chunkBytes + 1000);

    expect(reading.asked.map(chunkOfAsked)).toEqual([1]);
    expect(reading.count).toEqual({ locates: 2, manifests: 1 });
  });

  it('asks all keepers for chunks in turn', async () => {
    const reading = aReading(size, sound);

    await reading.read(0, size);

    expect(reading.asked.map(chunkOfAsked)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(reading.asked.map((line) => line[0])).size).toBe(3);
  });

  it('fetches no chunk twice for two who read the same at the same time', async () => {
    const reading = aReading(size, sound);

    const both = await Promise.all([reading.read(0, size), reading.read(0, size)]);

    expect(both.map((read) => read.equals(reading.bytes))).toEqual([true, true]);
    expect(reading.asked.map(chunkOfAsked)).toEqual([0, 1, 2, 3, 4]);
    expect(reading.readers.figures).toMatchObject({ keeperBytes: size, givenBytes: 2 * size });
  });

  it.each([
    ['wrong bytes', wrongly, true],
    ['a failure', failing('unavailable'), false],
    ['no file', failing('not-found'), false],
    ['nothing', silently, false],
  ])('S3, L3: goes on from another keeper after %s', async (_, behavior, isReported) => {
    const reading = aReading(size, { bad: behavior, b: soundly });

    const read = await reading.read(0, size);

    expect(read.equals(reading.bytes)).toBe(true);
    expect(reading.asked.some((line) => line.startsWith('bad'))).toBe(true);
    expect(reading.badReports.length > 0).toBe(isReported);
    expect(reading.badReports.every((line) => line.startsWith('bad '))).toBe(true);
  });

  it('asks a keeper that failed last, for the chunks that follow', async () => {
    const reading = aReading(size, { bad: failing('unavailable'), b: soundly, c: soundly });

    await reading.read(0, size);

    expect(reading.asked.filter((line) => line.startsWith('bad')).length).toBeLessThanOrEqual(1);
  });

  it('S3: gives no byte of a chunk that every keeper has wrong, and says so', async () => {
    const reading = aReading(size, { a: wrongly, b: wrongly }, { patienceMs: 1 });

    await expect(reading.read(0, 10)).rejects.toMatchObject({ code: 'integrity' });

    expect(new Set(reading.badReports)).toEqual(new Set(['a 0', 'b 0']));
  });

  it('tries again while no keeper can be reached, until there is patience for it no more', async () => {
    let away = true;
    const reading = aReading(size, {
      a: (order, bytes) => (away ? failing('unavailable')(order, bytes) : soundly(order, bytes)),
    });
    const waiting = reading.read(0, 10);
    await vi.waitFor(() => expect(reading.asked.length).toBeGreaterThan(3));

    away = false;

    expect(await waiting).toEqual(reading.bytes.subarray(0, 10));
  });

  it('S13: tells that its file is gone, and does not go on with another of the name', async () => {
    const reading = aReading(size, { a: failing('not-found') });
    const { read } = await reading.readers.open('a.mp4');
    reading.says({ ...reading.manifest, fileId: fileId('c'.repeat(32)) });

    const gone = read(0, 10, new AbortController().signal).next();

    await expect(gone).rejects.toMatchObject({
      code: 'not-found',
      detail: '"a.mp4" holds another file now',
    });
  });

  it('asks the master each time it is opened', async () => {
    const reading = aReading(size, sound);
    await reading.read(0, 10);

    reading.says(new ReelkeepError('not-found', 'there is no file "a.mp4"'));

    await expect(reading.read(0, 10)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('renews its tickets when they are old, and reads on while the master is away', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const reading = aReading(size, sound);
    const { read } = await reading.readers.open('a.mp4');
    const bytes = read(0, size, new AbortController().signal);
    await bytes.next();
    expect(reading.count.locates).toBe(1);

    reading.says(new ReelkeepError('unavailable', 'the master does not answer'));
    vi.advanceTimersByTime(clientLimits.ticketAgeMaxMs + 1);
    let rest = 0;
    for await (const piece of bytes) rest += piece.length;

    expect(rest).toBe(size - clientLimits.pieceBytes);
    expect(reading.count.locates).toBeGreaterThan(1);
  });

  it('stops asking when its reader has gone', async () => {
    const reading = aReading(size, { a: silently });
    const gone = new AbortController();
    const waiting = reading.read(0, size, gone.signal);
    await vi.waitFor(() => expect(reading.asked).toEqual(['a 0']));

    gone.abort(new Error('the viewer has gone'));

    await expect(waiting).rejects.toThrow('the viewer has gone');
    await vi.waitFor(() => expect(reading.readers.figures.chunksComing).toBe(0));
    await turn();
    expect(reading.asked).toEqual(['a 0']);
    expect(reading.readers.figures.chunksInMemory).toBe(0);
  });

  it('S47: serves many more readers than there is memory for at once, each in its turn', async () => {
    const reading = aReading(size, sound, { chunksReadMax: 2 });

    const spans = Array.from({ length: 20 }, (_, at) => (at % 5) * chunkBytes);
    const read = await Promise.all(spans.map((from) => reading.read(from, from + 1000)));

    const right = read.map((bytes, at) =>
      bytes.equals(reading.bytes.subarray(spans[at], (spans[at] ?? 0) + 1000)),
    );
    expect(right).toEqual(Array(20).fill(true));
    expect(reading.readers.figures.chunksInMemory).toBeLessThanOrEqual(2);
  });
});

const chunkOfAsked = (line: string): number => Number(line.split(' ')[1]);
