import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { type KeeperId, keeperId, type UploadId, uploadId } from '../../src/domain/ids.js';
import {
  type Placement,
  type UploadEvent,
  uploadMachine,
} from '../../src/machines/upload.machine.js';
import { fileOf } from './a-file.js';
import { createScript } from './a-script.js';

describe('upload machine', () => {
  it('sends to the keeper that it was given and is done when the master has acknowledged', () => {
    const run = start();

    run.send(placed, stored, acked);

    expect(run.log).toEqual([
      'request (none excluded)',
      'watch',
      'send to k1',
      'send over',
      'watch over',
    ]);
    expect(run.output()).toEqual({ ok: true, file });
  });

  it('is done with the ack, though the verdict of the keeper has not come', () => {
    const run = start();

    run.send(placed, acked);

    expect(run.output()).toEqual({ ok: true, file });
  });

  it('asks for another keeper when one fails, after a while and with that one excluded', () => {
    const run = start();

    run.send(placed, { ...keeperFailed, exclude: keeperId('k1') });
    expect(run.state()).toBe('{"uploading":"waiting"}');
    run.clock.increment(200);
    run.send(placed);

    expect(run.log).toEqual([
      'request (none excluded)',
      'watch',
      'send to k1',
      'send over',
      'watch over',
      'request (k1 excluded)',
      'watch',
      'send to k1',
    ]);
    expect(run.state()).toBe('{"uploading":{"placed":"sending"}}');
  });

  it('only waits for the ack when the master says that an earlier try came through', () => {
    const run = start();

    run.send(placed, keeperFailed);
    run.clock.increment(200);
    run.send({ type: 'committed' });

    expect(run.state()).toBe('{"uploading":{"placed":"confirming"}}');
    expect(run.log.at(-1)).toBe('watch');
  });

  it('gives up once as many keepers have failed as it allows', () => {
    const run = start();

    for (let failure = 0; failure < input.failuresMax; failure += 1) {
      run.send(placed, keeperFailed);
      run.clock.increment(5000);
    }

    expect(run.state()).toBe('"abandoning"');
    run.send({ type: 'name is free' });
    expect(run.output()).toEqual({ ok: false, error: keeperFailed.error });
  });

  it('fails at once, with nothing to abandon, when the first request is refused', () => {
    const run = start();

    run.send({ type: 'refused', error: conflict });

    expect(run.output()).toEqual({ ok: false, error: conflict });
    expect(run.log).not.toContain('abandon');
  });

  it('goes on asking a master that is away until patience ends', () => {
    const run = start();
    const unreachable = { code: 'unavailable', detail: 'no connection' } as const;

    for (let tries = 0; run.state() !== '"abandoning"' && tries < 100; tries += 1) {
      run.send({ type: 'unreachable', error: unreachable });
      run.clock.increment(1000);
    }
    run.send({ type: 'unreachable', error: unreachable });

    expect(run.output()).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    expect(run.clock.now()).toBeLessThanOrEqual(input.patienceMs.master);
  });

  it('says that the outcome is unknown when all was sent and the master cannot be asked', () => {
    const run = start();

    run.send(placed, { type: 'all sent' });
    run.clock.increment(input.patienceMs.sync);
    run.send({ type: 'unreachable', error: { code: 'unavailable', detail: 'no connection' } });

    expect(run.output()).toMatchObject({ ok: false, error: { code: 'unknown-outcome' } });
  });

  it('still knows that an earlier keeper had every byte when a later one has not', () => {
    const run = start();

    run.send(placed, { type: 'all sent' }, keeperFailed);
    run.clock.increment(200);
    run.send(placed, interrupt, { type: 'unreachable', error: conflict });

    expect(run.output()).toMatchObject({ ok: false, error: { code: 'unknown-outcome' } });
  });

  it('succeeds when it turns out, on giving up, that the upload had been acknowledged', () => {
    const run = start();

    run.send(placed, { type: 'all sent' }, interrupt, acked);

    expect(run.output()).toEqual({ ok: true, file });
  });

  it('is certain of a failure once the master has given the name back', () => {
    const run = start();
    const doubt = { code: 'unknown-outcome', detail: 'no verdict came' } as const;

    for (let failure = 0; failure < input.failuresMax; failure += 1) {
      run.send(placed, { type: 'all sent' }, { type: 'keeper failed', error: doubt });
      run.clock.increment(5000);
    }
    run.send({ type: 'name is free' });

    expect(run.output()).toEqual({ ok: false, error: { ...doubt, code: 'unavailable' } });
  });

  it('does not claim success for a file on fewer keepers than were asked for', () => {
    const run = start();

    run.send(placed, stored);
    run.clock.increment(input.patienceMs.copies);
    run.send({ type: 'committed' });

    expect(run.output()).toMatchObject({ ok: false, error: { code: 'unknown-outcome' } });
  });

  it('fails when a keeper told the master of other bytes, whenever it hears of that', () => {
    const [atOnce, late] = [start(), start()];

    atOnce.send(placed, otherBytes);
    late.send(placed, stored, interrupt, otherBytes);

    for (const run of [atOnce, late])
      expect(run.output()).toEqual({ ok: false, error: otherBytes.error });
    expect(atOnce.log).not.toContain('abandon');
  });

  it('is patient anew after every sign of progress', () => {
    const run = start();
    run.send(placed);

    for (let chunk = 0; chunk < 10; chunk += 1) {
      run.clock.increment(input.patienceMs.bytes - 1);
      run.send({ type: 'progressed' });
    }

    expect(run.state()).toBe('{"uploading":{"placed":"sending"}}');
    run.clock.increment(input.patienceMs.bytes);
    expect(run.state()).toBe('"abandoning"');
  });
});

const input = {
  uploadId: uploadId('0'.repeat(32)),
  failuresMax: 3,
  patienceMs: { master: 30_000, bytes: 60_000, sync: 90_000, copies: 120_000 },
};

const file = fileOf('1');

const placed: UploadEvent = {
  type: 'placed',
  placement: {
    fileId: file.fileId,
    keeper: {
      keeper: keeperId('k1'),
      host: '127.0.0.1',
      port: 7001,
      tls: false,
      ticket: { claims: new Uint8Array(), proofKey: new Uint8Array() },
    },
  },
};
const stored: UploadEvent = { type: 'stored' };
const acked: UploadEvent = { type: 'acked', file };
const conflict = { code: 'conflict', detail: 'the name exists' } as const;
const keeperFailed = {
  type: 'keeper failed',
  error: { code: 'unavailable', detail: 'the connection broke' },
} as const;
const otherBytes = {
  type: 'other bytes',
  error: { code: 'integrity', detail: 'other bytes' },
} as const;
const interrupt: UploadEvent = {
  type: 'interrupt',
  error: { code: 'unavailable', detail: 'interrupted' },
};

/** Tasks do nothing but leave a line in the log when they begin and end. */
function start() {
  const clock = new SimulatedClock();
  const { log, task } = createScript();
  const machine = uploadMachine.provide({
    actors: {
      request: task<{ uploadId: UploadId; excluded: readonly KeeperId[] }>(
        ({ excluded }) => `request (${excluded.join(', ') || 'none'} excluded)`,
      ),
      send: task<{ uploadId: UploadId; placement: Placement | undefined }>(
        ({ placement }) => `send to ${placement?.keeper.keeper}`,
        'send over',
      ),
      watch: task(() => 'watch', 'watch over'),
      abandon: task(() => 'abandon'),
    },
  });
  const actor = createActor(machine, { input, clock }).start();
  return {
    clock,
    log,
    send: (...events: readonly UploadEvent[]) => {
      for (const event of events) actor.send(event);
    },
    state: () => JSON.stringify(actor.getSnapshot().value),
    output: () => actor.getSnapshot().output,
  };
}
