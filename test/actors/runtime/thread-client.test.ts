import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type {
  MonitorEffect,
  MonitorMessage,
} from '../../../src/actors/heartbeat-monitor/messages.js';
import { ThreadActor, type ThreadOptions } from '../../../src/actors/runtime/thread-client.js';
import { keeperId } from '../../../src/domain/ids.js';
import { resolveLivenessLimits } from '../../../src/domain/liveness.js';

const oddThread = fileURLToPath(new URL('./fixtures/odd-thread.mjs', import.meta.url));
const started: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((thread) => thread.stop()));
});

describe('ThreadActor', () => {
  it('runs the heartbeat monitor and hands on its effects, one array a message', async () => {
    const onEffects = vi.fn<(effects: readonly MonitorEffect[]) => void>();
    const monitor = await start<MonitorMessage, MonitorEffect>({
      name: 'heartbeat-mon',
      entry: '#thread/heartbeat-monitor',
      workerData: resolveLivenessLimits(),
      onEffects,
    });

    monitor.post({ type: 'tick' });
    monitor.post({ type: 'admitted', keeper: keeperId('k1'), incarnation: 7 });

    await vi.waitFor(() => expect(onEffects).toHaveBeenCalledTimes(2));
    expect(onEffects.mock.calls).toEqual([
      [[]],
      [
        [
          {
            type: 'keeper changed',
            keeper: 'k1',
            incarnation: 7,
            state: 'joining',
            cause: 'it was admitted',
          },
        ],
      ],
    ]);
    expect(monitor.mailboxLength).toBe(0);
  });

  it.runIf(process.platform === 'linux')('shows under the name of its actor', async () => {
    await start({
      entry: '#thread/heartbeat-monitor',
      workerData: resolveLivenessLimits(),
      onEffects: () => {},
    });

    await vi.waitFor(() => expect(threadNames()).toContain('heartbeat-mon'));
  });

  it('tells how long a thread has said nothing while something waits for it', async () => {
    const onEffects = vi.fn();
    const thread = await start({ onEffects });
    thread.post('hello');
    await vi.waitFor(() => expect(onEffects).toHaveBeenCalled());
    const idle = thread.silentMs;

    thread.post('hang');

    expect(idle).toBe(0);
    await vi.waitFor(() => expect(thread.silentMs).toBeGreaterThan(20));
  });

  it('tells why its thread ended when that throws', async () => {
    const onExit = vi.fn();
    const thread = await start({ onExit });

    thread.post('throw');

    await vi.waitFor(() => expect(onExit).toHaveBeenCalled());
    expect(onExit.mock.calls).toEqual([['it threw Error: as told']]);
    expect(thread.post('hello')).toBe('refused');
  });

  it('tells why its thread ended when that exits', async () => {
    const onExit = vi.fn();
    const thread = await start({ onExit });

    thread.post('exit');

    await vi.waitFor(() => expect(onExit).toHaveBeenCalled());
    expect(onExit.mock.calls).toEqual([['it exited with code 3']]);
  });

  it('ends a thread whose mailbox is full', async () => {
    const onExit = vi.fn();
    const thread = await start({ onExit, mailboxLengthMax: 2 });

    const answers = ['hang', 'hang', 'hang', 'hang'].map((message) => thread.post(message));

    expect(answers).toEqual(['posted', 'posted', 'refused', 'refused']);
    expect(onExit.mock.calls).toEqual([['mailbox full: 2 messages wait for it']]);
  });

  it('has its mailbox worked off before it stops, and tells nobody of that end', async () => {
    const onExit = vi.fn();
    const onEffects = vi.fn();
    const thread = await start({ onExit, onEffects });
    for (const message of ['one', 'two', 'three']) thread.post(message);

    await thread.stop();

    expect(onEffects.mock.calls).toEqual([[['heard one']], [['heard two']], [['heard three']]]);
    expect(onExit).not.toHaveBeenCalled();
    expect(thread.post('four')).toBe('refused');
  });

  it('refuses an entry that does not exist', async () => {
    await expect(start({ entry: '#thread/nothing' })).rejects.toThrow('#thread/nothing');
  });
});

// Builders

async function start<Message = string, Effect = string>(
  given: Partial<ThreadOptions<Effect>>,
): Promise<ThreadActor<Message, Effect>> {
  const thread = await ThreadActor.start<Message, Effect>({
    name: 'odd',
    entry: oddThread,
    workerData: null,
    mailboxLengthMax: 100,
    onEffects: () => {},
    onExit: () => {},
    ...given,
  });
  started.push(thread);
  return thread;
}

const threadNames = (): readonly string[] =>
  readdirSync('/proc/self/task').map((id) =>
    readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim(),
  );
