import { describe, expect, it } from 'vitest';
import { assign, createActor, setup } from 'xstate';
import { watchLife } from '../../../src/actors/runtime/machine-life.js';

describe('the life of a process machine', () => {
  it('is ready when it serves, and ends when it has stopped', async () => {
    const { actor, life } = start();

    actor.send({ type: 'served' });
    await life.ready;
    actor.send({ type: 'stop' });

    await expect(life.ended).resolves.toBeUndefined();
  });

  it('ends with the failure that the machine kept, which is also why it never served', async () => {
    const { actor, life } = start();
    const failure = new Error('the port is in use');

    actor.send({ type: 'failed', failure });

    await expect(life.ended).rejects.toBe(failure);
    await expect(life.ready).rejects.toBe(failure);
  });

  it('stays ready that was ready before it failed', async () => {
    const { actor, life } = start();

    actor.send({ type: 'served' });
    actor.send({ type: 'failed', failure: new Error('the table is gone') });

    await expect(life.ended).rejects.toThrow('the table is gone');
    await expect(life.ready).resolves.toBeUndefined();
  });

  it('is never ready when it was stopped before, and that is no failure', async () => {
    const { actor, life } = start();

    actor.send({ type: 'stop' });

    await expect(life.ended).resolves.toBeUndefined();
    await expect(life.ready).rejects.toThrow('it ended before it served');
  });

  it('ends with the defect of a machine that throws', async () => {
    const { actor, life } = start();

    actor.send({ type: 'defect' });

    await expect(life.ended).rejects.toThrow('a defect');
    await expect(life.ready).rejects.toThrow('a defect');
  });
});

type Event =
  | { readonly type: 'served' | 'stop' | 'defect' }
  | { readonly type: 'failed'; readonly failure: Error };

const machine = setup({
  types: { context: {} as { readonly failure: unknown }, events: {} as Event },
}).createMachine({
  context: { failure: undefined },
  initial: 'opening',
  on: {
    stop: '.ended',
    failed: { target: '.ended', actions: assign({ failure: ({ event }) => event.failure }) },
    defect: {
      actions: assign(() => {
        throw new Error('a defect');
      }),
    },
  },
  states: { opening: { on: { served: 'serving' } }, serving: {}, ended: { type: 'final' } },
});

function start() {
  const actor = createActor(machine);
  const life = watchLife(actor, (snapshot) => snapshot.value === 'serving');
  actor.start();
  return { actor, life };
}
