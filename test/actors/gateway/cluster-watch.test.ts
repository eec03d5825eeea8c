import { describe, expect, it } from 'vitest';
import { apiLimits } from '../../../src/actors/gateway/api-limits.js';
import { ClusterWatch, type News } from '../../../src/actors/gateway/cluster-watch.js';
import { openEventStream } from '../../../src/actors/gateway/event-stream.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { aStatus, threeKeepers } from './a-sight.js';

const never = new AbortController().signal;

describe('a watch over the cluster', () => {
  it('asks the master once a look for however many there are', async () => {
    const at = new Watched();
    at.watch.watch(at.hear);
    at.watch.watch(() => undefined);

    await at.looks(3);

    expect(at.asked).toBe(3);
  });

  it('asks no more when nobody looks, and again when somebody comes', async () => {
    const at = new Watched();
    const leave = at.watch.watch(() => undefined);
    await at.looks(2);

    leave();
    await at.looks(2);
    expect(at.asked).toBe(2);
    at.watch.watch(at.hear);
    await at.looks(2);

    expect(at.asked).toBe(4);
  });

  it('tells what it knows at once, and then what has changed and nothing else', async () => {
    const at = new Watched();
    at.watch.watch(at.hear);
    await at.looks(4);
    expect(at.kinds).toEqual(['history', 'story', 'overview', 'keepers']);

    at.status = aStatus({ files: 13 });
    await at.looks(2);

    expect(at.kinds.slice(4)).toEqual(['story', 'overview']);
    expect(at.news.at(-2)).toMatchObject({ value: [{ id: 1, text: '1 file stored.' }] });
    expect(at.news.at(-1)).toMatchObject({ value: { files: 13 } });
  });

  it('takes a heartbeat that is a little older for no news', async () => {
    const at = new Watched();
    at.watch.watch(at.hear);
    await at.looks(1);
    const told = at.news.length;

    at.keepers = threeKeepers({ lastHeartbeatMs: 1_200, freeBytes: 91 });
    await at.looks(1);

    expect(at.news).toHaveLength(told);
  });

  it('tells that the master does not answer, and when it does again', async () => {
    const at = new Watched();
    at.watch.watch(at.hear);
    await at.looks(1);

    at.failure = new ReelkeepError('unavailable', 'nobody listens there');
    await at.looks(2);
    at.failure = undefined;
    await at.looks(1);

    expect(at.kinds.slice(4)).toEqual(['story', 'health', 'story', 'overview']);
    expect(at.news[5]).toMatchObject({
      value: { level: 'bad', reasons: ['nobody listens there'] },
    });
  });

  it('tells whoever comes later all that has happened', async () => {
    const at = new Watched();
    at.watch.watch(() => undefined);
    await at.looks(1);
    at.keepers = threeKeepers({ state: 'lost' });
    await at.looks(1);

    at.watch.watch(at.hear);

    expect(at.kinds).toEqual(['overview', 'keepers', 'history', 'story']);
    expect(at.news.at(-1)).toMatchObject({ value: [{ text: 'Keeper k2 is lost.' }] });
  });

  it('remembers a bounded number of events and points', async () => {
    const at = new Watched();
    at.watch.watch(() => undefined);
    for (let files = 0; files < apiLimits.samplesMax + 10; files += 1) {
      at.status = aStatus({ files });
      await at.looks(1);
    }

    at.watch.watch(at.hear);

    const lengths = at.news.map(({ kind, value }) => [kind, Array.isArray(value) && value.length]);
    expect(Object.fromEntries(lengths)).toMatchObject({
      history: apiLimits.samplesMax,
      story: apiLimits.eventsMax,
    });
  });

  it('answers one who asks once, and asks no more than once a second for that', async () => {
    const at = new Watched();

    const all = await Promise.all([at.watch.overview(), at.watch.overview()]);
    await at.watch.keepers();
    expect([at.asked, all[0]?.files]).toEqual([1, 12]);
    at.nowMs += apiLimits.lookEveryMs;
    await at.watch.overview();

    expect(at.asked).toBe(2);
  });

  it('fails one who asks once when the master does not answer', async () => {
    const at = new Watched();
    at.failure = new ReelkeepError('unavailable', 'nobody listens there');

    await expect(at.watch.overview()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the line of a viewer', () => {
  it('is cut when what is told is not taken, and nothing is kept for it any more', async () => {
    const at = new Watched();
    const stream = openEventStream(at.watch, never);

    for (let looks = 0; !stream.destroyed; looks += 1) {
      at.status = aStatus({ files: looks, mode: 'safe mode', modeReason: 'x'.repeat(20_000) });
      await at.looks(1);
      expect(stream.readableLength).toBeLessThan(2 * apiLimits.viewerBytesMax);
    }

    expect(at.watch.viewers).toBe(0);
  });

  it('ends when the gateway stops, and what is told after that harms nobody', async () => {
    const at = new Watched();
    const stopping = new AbortController();
    const stream = openEventStream(at.watch, stopping.signal);
    stream.resume();
    const over = new Promise((resolve) => stream.once('end', resolve));

    stopping.abort();
    at.status = aStatus({ files: 1 });
    await at.looks(1);
    await over;

    expect(at.watch.viewers).toBe(0);
  });
});

/** A watch whose looks come when a test says so. */
class Watched {
  status = aStatus();
  keepers = threeKeepers();
  failure: ReelkeepError | undefined;
  asked = 0;
  nowMs = 0;
  readonly news: News[] = [];
  readonly watch: ClusterWatch;
  #goOn: () => void = () => undefined;

  constructor() {
    this.watch = new ClusterWatch({
      cluster: { status: () => this.#status(), keepers: async () => this.keepers },
      stopping: never,
      clockMs: () => this.nowMs,
      pause: () =>
        new Promise((resolve) => {
          this.#goOn = resolve;
        }),
    });
  }

  readonly hear = (told: News): void => void this.news.push(told);

  get kinds(): readonly string[] {
    return this.news.map(({ kind }) => kind);
  }

  /** The first one may be under way. */
  async looks(count: number): Promise<void> {
    for (let look = 0; look < count; look += 1) {
      this.#goOn();
      this.#goOn = () => undefined;
      // All that follows of it needs no time.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #status() {
    this.asked += 1;
    if (this.failure !== undefined) throw this.failure;
    return this.status;
  }
}
