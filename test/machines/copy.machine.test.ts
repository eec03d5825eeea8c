import { describe, expect, it } from 'vitest';
import { createActor, fromPromise, waitFor } from 'xstate';
import { ReelkeepError } from '../../src/domain/errors.js';
import { type KeeperId, keeperId } from '../../src/domain/ids.js';
import { copyMachine } from '../../src/machines/copy.machine.js';

const sources = ['a', 'b'].map(keeperId);

describe('copy machine', () => {
  it('fetches from the best source and stores', async () => {
    const { actor, log } = start({});

    await waitFor(actor, (snapshot) => snapshot.matches('stored'));

    expect(log).toEqual(['fetchManifest a', 'stage', 'fetchChunks a', 'store']);
  });

  it('goes on with the next source when one fails half way', async () => {
    const { actor, log } = start({ 'fetchChunks a': new ReelkeepError('unavailable', 'gone') });

    await waitFor(actor, (snapshot) => snapshot.matches('stored'));

    expect(log).toEqual([
      'fetchManifest a',
      'stage',
      'fetchChunks a',
      'fetchManifest b',
      'stage',
      'fetchChunks b',
      'store',
    ]);
    expect(actor.getSnapshot().context.badSource).toBeUndefined();
  });

  it('S6: names the source whose bytes did not match', async () => {
    const { actor } = start({ 'fetchChunks a': new ReelkeepError('integrity', 'rot') });

    await waitFor(actor, (snapshot) => snapshot.matches('stored'));

    expect(actor.getSnapshot().context.badSource).toBe('a');
  });

  it('blames no source for its own full disk', async () => {
    const failure = new ReelkeepError('no-space', 'full');
    const { actor, log } = start({ 'fetchChunks a': failure });

    await waitFor(actor, (snapshot) => snapshot.matches('failed'));

    expect(log).toEqual(['fetchManifest a', 'stage', 'fetchChunks a']);
    expect(actor.getSnapshot().context).toMatchObject({ failure, badSource: undefined });
  });

  it('fails with the last failure when no source is left', async () => {
    const failure = new ReelkeepError('unavailable', 'b is gone');
    const { actor } = start({
      'fetchManifest a': new Error('a is gone'),
      'fetchManifest b': failure,
    });

    await waitFor(actor, (snapshot) => snapshot.matches('failed'));

    expect(actor.getSnapshot().context.failure).toBe(failure);
  });
});

function start(failures: Readonly<Record<string, Error>>) {
  const log: string[] = [];
  const step = async (name: string): Promise<void> => {
    log.push(name);
    const failure = failures[name];
    if (failure !== undefined) throw failure;
  };
  const machine = copyMachine.provide({
    actors: {
      fetchManifest: fromPromise<void, { source: KeeperId }>(({ input }) =>
        step(`fetchManifest ${input.source}`),
      ),
      stage: fromPromise(() => step('stage')),
      fetchChunks: fromPromise<void, { source: KeeperId }>(({ input }) =>
        step(`fetchChunks ${input.source}`),
      ),
      store: fromPromise(() => step('store')),
    },
  });
  return { actor: createActor(machine, { input: { sources } }).start(), log };
}
