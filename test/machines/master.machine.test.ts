import { describe, expect, it } from 'vitest';
import { createActor, fromPromise, SimulatedClock, waitFor } from 'xstate';
import { masterMachine } from '../../src/machines/master.machine.js';

const graceMs = 1000;
const whole = { known: 3, reported: 3, ahead: [], comingIn: 0, base: 'trusted' as const };
const most = { known: 3, reported: 2, ahead: [], comingIn: 0, base: 'trusted' as const };
const few = { known: 3, reported: 1, ahead: [], comingIn: 0, base: 'trusted' as const };
const older = { known: 3, reported: 3, ahead: ['k1'], comingIn: 0, base: 'trusted' as const };

describe('master machine', () => {
  it('serves as soon as every known keeper has reported', async () => {
    const { actor } = await recovering();

    actor.send({ type: 'evidence', evidence: whole });

    expect(actor.getSnapshot().value).toBe('serving');
  });

  it('serves after the grace when most keepers have reported', async () => {
    const { actor, clock } = await recovering();
    actor.send({ type: 'evidence', evidence: most });

    clock.increment(graceMs - 1);
    expect(actor.getSnapshot().value).toBe('recovering');
    clock.increment(1);

    expect(actor.getSnapshot().value).toBe('serving');
  });

  it('S26: goes into safe mode after the grace when most keepers are missing, and leaves it when they come', async () => {
    const { actor, clock } = await recovering();
    actor.send({ type: 'evidence', evidence: few });

    clock.increment(graceMs);
    expect(actor.getSnapshot().value).toBe('safe mode');
    actor.send({ type: 'evidence', evidence: most });

    expect(actor.getSnapshot().value).toBe('serving');
  });

  it('S26: goes into safe mode when a keeper has seen a later table', async () => {
    const { actor } = await recovering();
    actor.send({ type: 'evidence', evidence: whole });

    actor.send({ type: 'evidence', evidence: older });

    expect(actor.getSnapshot().value).toBe('safe mode');
    expect(actor.getSnapshot().context.verdict).toEqual({
      trust: 'none',
      reason:
        'the table is older than what k1 has seen of it: put the later one back, or start the master with --rebuild',
    });
  });

  it('waits for all who may come to a table that is made again, and longer for those who are coming in', async () => {
    const { actor, clock } = await recovering();
    const rebuilt = { ...whole, base: 'rebuilt' as const };

    actor.send({ type: 'evidence', evidence: { ...rebuilt, known: 0, reported: 0 } });
    clock.increment(graceMs);
    const nobody = actor.getSnapshot().value;
    actor.send({ type: 'evidence', evidence: { ...rebuilt, reported: 2, comingIn: 1 } });
    const one = actor.getSnapshot();
    actor.send({ type: 'evidence', evidence: rebuilt });

    expect([nobody, one.value]).toEqual(['taking in', 'taking in']);
    expect(one.context.verdict).toEqual({
      trust: 'not yet',
      reason: 'rebuilding: 2 of 3 keepers have been taken in',
    });
    expect(actor.getSnapshot().value).toBe('serving');
  });

  it('goes on serving when keepers die later', async () => {
    const { actor } = await recovering();
    actor.send({ type: 'evidence', evidence: whole });

    actor.send({ type: 'evidence', evidence: few });

    expect(actor.getSnapshot().value).toBe('serving');
  });

  it.each(['recovering', 'safe mode', 'serving'])(
    'stops from %s and ends without a failure',
    async (from) => {
      const { actor, clock } = await recovering();
      if (from === 'serving') actor.send({ type: 'evidence', evidence: whole });
      if (from === 'safe mode') actor.send({ type: 'evidence', evidence: few });
      if (from === 'safe mode') clock.increment(graceMs);
      expect(actor.getSnapshot().value).toBe(from);

      actor.send({ type: 'stop' });

      await waitFor(actor, (snapshot) => snapshot.status === 'done');
      expect(actor.getSnapshot().value).toBe('stopped');
    },
  );

  it('ends with the failure of a thread that was lost', async () => {
    const { actor } = await recovering();
    const failure = new Error('the table cannot sync');

    actor.send({ type: 'thread lost', failure });

    await waitFor(actor, (snapshot) => snapshot.status === 'done');
    expect([actor.getSnapshot().value, actor.getSnapshot().context.failure]).toEqual([
      'failed',
      failure,
    ]);
  });

  it('keeps the reason when it cannot close what it had opened', async () => {
    const failure = new Error('the disk does not answer');
    const { actor } = start(
      async () => undefined,
      () => Promise.reject(failure),
    );
    await waitFor(actor, (snapshot) => snapshot.matches('recovering'));

    actor.send({ type: 'stop' });

    await waitFor(actor, (snapshot) => snapshot.status === 'done');
    expect([actor.getSnapshot().value, actor.getSnapshot().context.failure]).toEqual([
      'failed',
      failure,
    ]);
  });

  it('closes what it had opened when it cannot open the rest', async () => {
    const failure = new Error('port in use');
    let closed = false;
    const { actor } = start(
      () => Promise.reject(failure),
      async () => {
        closed = true;
      },
    );

    await waitFor(actor, (snapshot) => snapshot.status === 'done');

    expect([actor.getSnapshot().value, closed]).toEqual(['failed', true]);
  });
});

async function recovering() {
  const started = start(
    async () => undefined,
    async () => undefined,
  );
  await waitFor(started.actor, (snapshot) => snapshot.matches('recovering'));
  return started;
}

function start(open: () => Promise<void>, close: () => Promise<void>) {
  const clock = new SimulatedClock();
  const machine = masterMachine.provide({
    actors: { open: fromPromise(open), close: fromPromise(close) },
  });
  const actor = createActor(machine, {
    input: { recoverGraceMs: graceMs },
    clock,
  });
  return { actor: actor.start(), clock };
}
