import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Supervisor, type SupervisorOptions } from '../../../src/actors/runtime/supervisor.js';
import { ThreadActor } from '../../../src/actors/runtime/thread-client.js';

const oddThread = fileURLToPath(new URL('./fixtures/odd-thread.mjs', import.meta.url));
const started: Supervisor<string, string>[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((supervisor) => supervisor.stop()));
});

describe('Supervisor', () => {
  it('starts a thread again and says so when the new one takes messages', async () => {
    const onEffects = vi.fn();
    const onRestarted = vi.fn(() => void supervisor.post('fed anew'));
    const supervisor = await start({ onRestarted }, onEffects);

    supervisor.post('throw');

    await vi.waitFor(() => expect(onEffects).toHaveBeenCalled());
    expect(onRestarted.mock.calls).toEqual([['it threw Error: as told']]);
    expect(onEffects.mock.calls).toEqual([[['heard fed anew']]]);
    expect(supervisor.restartCount).toBe(1);
  });

  it('refuses messages while no thread runs', async () => {
    const onRestarted = vi.fn();
    const supervisor = await start({ onRestarted });
    for (let index = 0; index < 100; index += 1) supervisor.post('hang');

    const answers = [supervisor.post('one too many'), supervisor.post('hello')];

    expect(answers).toEqual(['refused', 'refused']);
    await vi.waitFor(() => expect(onRestarted).toHaveBeenCalled());
    expect(supervisor.post('hello')).toBe('posted');
  });

  it('gives up once, past the policy, and starts nothing more', async () => {
    const onGiveUp = vi.fn();
    const onRestarted = vi.fn(() => void supervisor.post('exit'));
    const supervisor = await start({ onRestarted, onGiveUp });

    supervisor.post('exit');

    await vi.waitFor(() => expect(onGiveUp).toHaveBeenCalled());
    expect(onRestarted).toHaveBeenCalledTimes(2);
    expect(onGiveUp.mock.calls).toEqual([['it exited with code 3']]);
    expect(supervisor.post('hello')).toBe('refused');
  });

  it('counts a thread that cannot be started again as one that ended', async () => {
    const onGiveUp = vi.fn();
    let starts = 0;
    const supervisor = await start({
      onGiveUp,
      startThread: (onExit) => {
        starts += 1;
        return starts === 1 ? startOdd(onExit) : Promise.reject(new Error('no memory'));
      },
    });

    supervisor.post('exit');

    await vi.waitFor(() => expect(onGiveUp).toHaveBeenCalled());
    expect(onGiveUp.mock.calls).toEqual([['it could not start: no memory']]);
    expect(starts).toBe(3);
  });

  it('rejects when the first thread cannot be started', async () => {
    const startThread = () => Promise.reject(new Error('no memory'));

    await expect(start({ startThread })).rejects.toThrow('no memory');
  });

  it('ends its thread for good when it is stopped', async () => {
    const onRestarted = vi.fn();
    const supervisor = await start({ onRestarted });

    await supervisor.stop();

    expect(supervisor.post('hello')).toBe('refused');
    expect(onRestarted).not.toHaveBeenCalled();
  });
});

// Builders

async function start(
  given: Partial<SupervisorOptions<string, string>>,
  onEffects: (effects: readonly string[]) => void = () => {},
): Promise<Supervisor<string, string>> {
  const supervisor = await Supervisor.start<string, string>({
    policy: { restartsMax: 2, windowMs: 60_000 },
    startThread: (onExit) => startOdd(onExit, onEffects),
    onRestarted: () => {},
    onGiveUp: () => {},
    ...given,
  });
  started.push(supervisor);
  return supervisor;
}

const startOdd = (
  onExit: (reason: string) => void,
  onEffects: (effects: readonly string[]) => void = () => {},
) =>
  ThreadActor.start<string, string>({
    name: 'odd',
    entry: oddThread,
    workerData: null,
    mailboxLengthMax: 100,
    onEffects,
    onExit,
  });
