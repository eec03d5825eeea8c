import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import type { FileView } from '../../src/domain/file-view.js';
import {
  type DownloadEvent,
  downloadMachine,
  type Located,
} from '../../src/machines/download.machine.js';
import { fileOf } from './a-file.js';
import { createScript } from './a-script.js';

describe('download machine', () => {
  it('locates, opens, fetches and finishes', () => {
    const run = start();

    run.send(located('1'), { type: 'opened' }, { type: 'whole' }, { type: 'named' });

    expect(run.log).toEqual(['locate a.mp4', 'open 1', 'fetch 1', 'finish 1']);
    expect(run.output()).toEqual({ ok: true, file: fileOf('1') });
  });

  it('locates again at once when the sources end after some chunks came, and goes on', () => {
    const run = start();

    run.send(located('1'), { type: 'opened' }, { type: 'progressed' }, sourcesEnded, located('1'));

    expect(run.log).toEqual(['locate a.mp4', 'open 1', 'fetch 1', 'locate a.mp4', 'fetch 1']);
  });

  it('waits before it locates again when no chunk came', () => {
    const run = start();

    run.send(located('1'), { type: 'opened' }, sourcesEnded);

    expect(run.state()).toBe('{"transferring":"waiting"}');
    run.clock.increment(200);
    expect(run.log.at(-1)).toBe('locate a.mp4');
  });

  it('begins anew when the name was given to another file meanwhile', () => {
    const run = start();

    run.send(located('1'), { type: 'opened' }, { type: 'progressed' }, sourcesEnded, located('2'));
    run.send({ type: 'opened' }, { type: 'whole' }, { type: 'named' });

    expect(run.log.slice(-3)).toEqual(['open 2', 'fetch 2', 'finish 2']);
    expect(run.output()).toEqual({ ok: true, file: fileOf('2') });
  });

  it('fails instead of beginning anew more often than it may', () => {
    const run = start({ startsMax: 1 });

    run.send(located('1'), { type: 'opened' }, { type: 'progressed' }, sourcesEnded, located('2'));

    expect(run.output()).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  });

  it('opens the same file as often as it takes, which is not beginning anew', () => {
    const run = start({ startsMax: 1 });

    run.send(located('1'), sourcesEnded);
    run.clock.increment(200);
    run.send(located('1'), { type: 'opened' });

    expect(run.state()).toBe('{"transferring":"fetching"}');
  });

  it('fails at once when there is no such file', () => {
    const run = start();
    const error = { code: 'not-found', detail: 'there is no file' } as const;

    run.send({ type: 'refused', error });

    expect(run.output()).toEqual({ ok: false, error });
  });

  it('ends, with the last error, when no source answers for as long as it is patient', () => {
    const run = start();
    run.send(located('1'), { type: 'opened' });

    for (let tries = 0; run.output() === undefined && tries < 100; tries += 1) {
      run.send(sourcesEnded);
      run.clock.increment(1000);
      run.send(located('1'));
    }

    expect(run.output()).toEqual({
      ok: false,
      error: { code: 'unavailable', detail: 'no progress for 30 s: all keepers are away' },
    });
    expect(run.clock.now()).toBeLessThanOrEqual(31_000);
  });

  it('keeps saying that bytes were wrong when that is what kept it from ending', () => {
    const run = start();
    run.send(located('1'), { type: 'opened' });

    run.send({ type: 'sources ended', error: { code: 'integrity', detail: 'wrong bytes' } });
    for (let second = 0; second < 40; second += 1) run.clock.increment(1000);

    expect(run.output()).toMatchObject({ ok: false, error: { code: 'integrity' } });
  });

  it('gives a slow line the time that a chunk takes on it', () => {
    const run = start();
    run.send(located('1'), { type: 'opened' });

    run.clock.increment(input.patienceMs.bytes - 1);

    expect(run.state()).toBe('{"transferring":"fetching"}');
  });

  it('does not lose patience while the file is synced and named', () => {
    const run = start();
    run.send(located('1'), { type: 'opened' }, { type: 'whole' });

    run.clock.increment(1_000_000);

    expect(run.state()).toBe('"finishing"');
  });

  it('stops in every state when it is interrupted', () => {
    const ways: DownloadEvent[][] = [
      [],
      [located('1')],
      [located('1'), { type: 'opened' }],
      [located('1'), { type: 'opened' }, sourcesEnded],
      [located('1'), { type: 'opened' }, { type: 'whole' }],
    ];
    const error = { code: 'unavailable', detail: 'interrupted' } as const;

    const ends = ways.map((way) => {
      const run = start();
      run.send(...way, { type: 'interrupt', error });
      return run.output();
    });

    expect(ends).toEqual(ways.map(() => ({ ok: false, error })));
  });
});

const input = {
  name: 'a.mp4',
  runId: 'run',
  patienceMs: { source: 30_000, bytes: 300_000 },
  startsMax: 3,
};

const sourcesEnded: DownloadEvent = {
  type: 'sources ended',
  error: { code: 'unavailable', detail: 'all keepers are away' },
};

const located = (mark: string): DownloadEvent => ({
  type: 'located',
  located: { file: fileOf(mark), sources: [] },
});

function start(changes: Partial<typeof input> = {}) {
  const clock = new SimulatedClock();
  const { log, task } = createScript();
  const markOf = (file: FileView | undefined): string => file?.fileId.slice(0, 1) ?? 'nothing';
  const machine = downloadMachine.provide({
    actors: {
      locate: task<{ name: string }>(({ name }) => `locate ${name}`),
      open: task<{ located: Located | undefined }>(
        ({ located }) => `open ${markOf(located?.file)}`,
      ),
      fetch: task<{ located: Located | undefined }>(
        ({ located }) => `fetch ${markOf(located?.file)}`,
      ),
      finish: task<{ opened: FileView | undefined }>(({ opened }) => `finish ${markOf(opened)}`),
    },
  });
  const actor = createActor(machine, { input: { ...input, ...changes }, clock }).start();
  return {
    clock,
    log,
    send: (...events: readonly DownloadEvent[]) => {
      for (const event of events) if (actor.getSnapshot().status === 'active') actor.send(event);
    },
    state: () => JSON.stringify(actor.getSnapshot().value),
    output: () => actor.getSnapshot().output,
  };
}
