import { describe, expect, it } from 'vitest';
import { createActor, fromPromise, SimulatedClock, waitFor } from 'xstate';
import { ReelkeepError } from '../../src/domain/errors.js';
import { type Completeness, keeperMachine } from '../../src/machines/keeper.machine.js';

const lost = { type: 'session lost', reason: 'the master is gone' } as const;

describe('keeper machine', () => {
  it('identifies itself, registers, reports and only then serves', async () => {
    const { actor, log } = start({});

    await waitFor(actor, (snapshot) => snapshot.matches('serving'));

    expect(log).toEqual(['identify', 'register', 'report']);
  });

  it('L15: waits for its master, each time longer, up to the limit', async () => {
    const clock = new SimulatedClock();
    const { actor, log } = start({ register: () => Promise.reject(new Error('away')) }, clock);
    for (const delayMs of [100, 200, 400, 400]) {
      await waitFor(actor, (snapshot) => snapshot.matches('away'));
      const before = log.length;
      clock.increment(delayMs - 1);
      expect(log.length).toBe(before);
      clock.increment(1);
      expect(log.length).toBe(before + 1);
    }
    actor.stop();
  });

  it('registers and reports again when its session is lost', async () => {
    const { actor, log } = start({});
    await waitFor(actor, (snapshot) => snapshot.matches('serving'));

    actor.send(lost);

    await waitFor(actor, (snapshot) => snapshot.matches('serving'));
    expect(log).toEqual(['identify', 'register', 'report', 'register', 'report']);
  });

  it('L1: reports again after a while when not all of its disk could be read', async () => {
    const clock = new SimulatedClock();
    const reports: Completeness[] = ['incomplete', 'complete'];
    const { actor, log } = start({ report: async () => reports.shift() ?? 'complete' }, clock);
    await waitFor(actor, (snapshot) => snapshot.matches('serving'));

    clock.increment(999);
    expect(actor.getSnapshot().value).toBe('serving');
    clock.increment(1);
    await waitFor(actor, (snapshot) => snapshot.matches('serving'));
    clock.increment(10_000);

    expect(actor.getSnapshot().value).toBe('serving');
    expect(log).toEqual(['identify', 'register', 'report', 'report']);
    actor.stop();
  });

  it.each([
    ['its session is lost', lost, 'registering'],
    ['it is to stop', { type: 'drain' }, 'draining'],
  ] as const)('reads replicas again while it serves, until %s', async (_, event, next) => {
    const { actor, scrubbing } = start({ drain: () => new Promise(() => undefined) });
    const early = scrubbing();
    await waitFor(actor, (snapshot) => snapshot.matches('serving'));
    const serving = scrubbing();

    actor.send(event);

    expect(actor.getSnapshot().value).toBe(next);
    expect([early, serving, scrubbing()]).toEqual([0, 1, 0]);
    actor.stop();
  });

  it('ends with the reason when its pool has died', async () => {
    const failure = new ReelkeepError('internal', 'a thread of the hash pool failed');
    const { actor, log } = start({});
    await waitFor(actor, (snapshot) => snapshot.matches('serving'));

    actor.send({ type: 'pool died', failure });

    const ended = await waitFor(actor, (snapshot) => snapshot.status === 'done');
    expect(ended.value).toBe('failed');
    expect(ended.context.failure).toBe(failure);
    expect(log.at(-1)).toBe('drain');
  });

  it('keeps the reason when it cannot close what it had opened', async () => {
    const failure = new Error('the disk does not answer');
    const { actor } = start({ drain: () => Promise.reject(failure) });
    await waitFor(actor, (snapshot) => snapshot.matches('serving'));

    actor.send({ type: 'drain' });

    await waitFor(actor, (snapshot) => snapshot.status === 'done');
    expect([actor.getSnapshot().value, actor.getSnapshot().context.failure]).toEqual([
      'failed',
      failure,
    ]);
  });

  it('forgets a report under way when its session is lost', async () => {
    let reports = 0;
    const { actor } = start({
      report: () => {
        reports += 1;
        return reports === 1 ? new Promise(() => undefined) : Promise.resolve('complete' as const);
      },
    });
    await waitFor(actor, (snapshot) => snapshot.matches('reporting'));

    actor.send(lost);

    expect(actor.getSnapshot().value).toBe('away');
    actor.stop();
  });

  it('ends when the master will never take it in', async () => {
    const failure = new ReelkeepError('not-allowed', 'this directory belongs to another cluster');
    const { actor, log } = start({ register: () => Promise.reject(failure) });

    await waitFor(actor, (snapshot) => snapshot.status === 'done');

    expect(actor.getSnapshot().value).toBe('failed');
    expect(actor.getSnapshot().context.failure).toBe(failure);
    expect(log).toEqual(['identify', 'register', 'drain']);
  });

  it('ends when its directory is refused', async () => {
    const failure = new ReelkeepError('conflict', 'in use');
    const { actor, log } = start({ identify: () => Promise.reject(failure) });

    await waitFor(actor, (snapshot) => snapshot.status === 'done');

    expect(actor.getSnapshot().value).toBe('failed');
    expect(log).toEqual(['identify', 'drain']);
  });

  it.each(['identifying', 'registering', 'reporting', 'serving', 'away'] as const)(
    'answers drain while %s',
    async (state) => {
      const { actor } = start(hangingIn(state));
      await waitFor(actor, (snapshot) => snapshot.matches(state));

      actor.send({ type: 'drain' });

      await waitFor(actor, (snapshot) => snapshot.status === 'done');
      expect(actor.getSnapshot().value).toBe('stopped');
    },
  );

  it('takes a second drain for the first', async () => {
    let drained: () => void = () => undefined;
    const { actor, log } = start({
      drain: () =>
        new Promise<void>((resolve) => {
          drained = resolve;
        }),
    });
    await waitFor(actor, (snapshot) => snapshot.matches('serving'));
    actor.send({ type: 'drain' });

    actor.send({ type: 'drain' });
    drained();

    await waitFor(actor, (snapshot) => snapshot.status === 'done');
    expect(log.filter((step) => step === 'drain')).toHaveLength(1);
  });
});

type Steps = Partial<
  Record<'identify' | 'register' | 'drain', () => Promise<void>> &
    Record<'report', () => Promise<Completeness>>
>;

function hangingIn(state: string): Steps {
  const hang = () => new Promise<never>(() => undefined);
  if (state === 'identifying') return { identify: hang };
  if (state === 'registering') return { register: hang };
  if (state === 'reporting') return { report: hang };
  if (state === 'away') return { register: () => Promise.reject(new Error('away')) };
  return {};
}

function start(steps: Steps, clock = new SimulatedClock()) {
  const log: string[] = [];
  let scrubbing = 0;
  const step = (name: 'identify' | 'register' | 'drain') =>
    fromPromise<void, void>(async () => {
      log.push(name);
      await steps[name]?.();
    });
  const machine = keeperMachine.provide({
    actors: {
      identify: step('identify'),
      register: step('register'),
      report: fromPromise<Completeness, void>(async () => {
        log.push('report');
        return (await steps.report?.()) ?? 'complete';
      }),
      scrub: fromPromise<void, void>(({ signal }) => {
        scrubbing += 1;
        signal.addEventListener('abort', () => {
          scrubbing -= 1;
        });
        return new Promise(() => undefined);
      }),
      drain: step('drain'),
    },
  });
  const input = { retryDelayMs: 100, retryDelayMaxMs: 400, reportAgainMs: 1_000 };
  const actor = createActor(machine, { input, clock }).start();
  return { actor, log, scrubbing: () => scrubbing };
}
