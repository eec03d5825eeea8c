import { describe, expect, it } from 'vitest';
import { createActor, fromPromise, SimulatedClock, waitFor } from 'xstate';
import { ReelkeepError } from '../../src/domain/errors.js';
import {
  type ReceivedTotals,
  type ReportVerdict,
  storeReplicaMachine,
} from '../../src/machines/store-replica.machine.js';

const totals = { size: 3, digest: 'd' };
const inOrder = [
  'checkTotals',
  'syncData',
  'inspect',
  'writeManifest',
  'syncManifest',
  'publish',
  'syncDirectory',
];

describe('store replica machine', () => {
  it('S2: reports only after data, manifest and directory are synced, in this order', async () => {
    const { actor, log } = start({});

    actor.send({ type: 'received', totals });

    await waitFor(actor, (snapshot) => snapshot.matches('stored'));
    expect(log).toEqual([...inOrder, 'durable', 'report']);
  });

  it.each(inOrder)(
    'S8: throws the replica away when %s fails, and tries nothing again',
    async (step) => {
      const failure = new Error(`${step} failed`);
      const { actor, log } = start({ [step]: () => Promise.reject(failure) });

      actor.send({ type: 'received', totals });

      await waitFor(actor, (snapshot) => snapshot.matches('failed'));
      expect(log).toEqual([...inOrder.slice(0, inOrder.indexOf(step) + 1), 'abandon']);
      expect(actor.getSnapshot().context.failure).toBe(failure);
    },
  );

  it('abandons what was staged when the transfer breaks off', async () => {
    const { actor, log } = start({});
    const failure = new Error('the client is gone');

    actor.send({ type: 'aborted', failure });

    await waitFor(actor, (snapshot) => snapshot.matches('failed'));
    expect(log).toEqual(['abandon']);
  });

  it('S1: is not abandoned by a connection that breaks after everything has come', async () => {
    const { actor } = start({});
    actor.send({ type: 'received', totals });

    actor.send({ type: 'aborted', failure: new Error('the client is gone') });

    await waitFor(actor, (snapshot) => snapshot.matches('stored'));
  });

  it('L15: reports again, each time later, while the master is away', async () => {
    const clock = new SimulatedClock();
    let tries = 0;
    const report = async (): Promise<ReportVerdict> => {
      tries += 1;
      if (tries < 4) throw new Error('no master');
      return { accepted: true };
    };
    const { actor } = start({ report }, clock);
    actor.send({ type: 'received', totals });

    for (const delayMs of [100, 200, 400]) {
      await waitFor(actor, (snapshot) => snapshot.matches('waiting for the master'));
      const before = tries;
      clock.increment(delayMs - 1);
      expect(tries).toBe(before);
      clock.increment(1);
    }

    await waitFor(actor, (snapshot) => snapshot.matches('stored'));
    expect(tries).toBe(4);
  });

  it.each(['receiving', 'syncData', 'report', 'waiting for the master'])(
    'L16: ends when its keeper stops in the middle of %s',
    async (moment) => {
      const failure = new Error('the keeper is stopping');
      const hang = () => new Promise<never>(() => undefined);
      const away = () => Promise.reject(new Error('no master'));
      const { actor, log } = start(
        moment === 'waiting for the master' ? { report: away } : { [moment]: hang },
      );
      if (moment !== 'receiving') actor.send({ type: 'received', totals });
      if (moment === 'waiting for the master')
        await waitFor(actor, (snapshot) => snapshot.matches(moment));
      else if (moment !== 'receiving') await waitFor(actor, () => log.includes(moment));

      actor.send({ type: 'given up', failure });

      await waitFor(actor, (snapshot) => snapshot.matches('failed'));
      expect(log.at(-1)).toBe('abandon');
      expect(actor.getSnapshot().context.failure).toBe(failure);
    },
  );

  it('takes a durable replica away when the master refuses it', async () => {
    const report = async (): Promise<ReportVerdict> => ({ accepted: false, reason: 'deleted' });
    const { actor, log } = start({ report });

    actor.send({ type: 'received', totals });

    await waitFor(actor, (snapshot) => snapshot.matches('failed'));
    expect(log.slice(-2)).toEqual(['report', 'discard']);
    expect(actor.getSnapshot().context.failure).toEqual(
      new ReelkeepError('conflict', 'the master did not accept the replica: deleted'),
    );
  });
});

function start(
  steps: Readonly<Record<string, () => Promise<unknown>>>,
  clock = new SimulatedClock(),
) {
  const log: string[] = [];
  const take = async (name: string): Promise<unknown> => {
    log.push(name);
    return await steps[name]?.();
  };
  const step = (name: string) =>
    fromPromise<void, void>(async () => {
      await take(name);
    });
  const machine = storeReplicaMachine.provide({
    actors: {
      checkTotals: fromPromise<void, ReceivedTotals>(async () => {
        await take('checkTotals');
      }),
      syncData: step('syncData'),
      inspect: step('inspect'),
      writeManifest: step('writeManifest'),
      syncManifest: step('syncManifest'),
      publish: step('publish'),
      syncDirectory: step('syncDirectory'),
      report: fromPromise<ReportVerdict, void>(
        async () => ((await take('report')) as ReportVerdict | undefined) ?? { accepted: true },
      ),
      abandon: step('abandon'),
      discard: step('discard'),
    },
  });
  const actor = createActor(machine, {
    input: { reportDelayMs: 100, reportDelayMaxMs: 400 },
    clock,
  });
  actor.on('durable', () => log.push('durable'));
  return { actor: actor.start(), log };
}
