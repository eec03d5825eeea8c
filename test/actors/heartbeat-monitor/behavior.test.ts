import { describe, expect, it } from 'vitest';
import {
  createMonitor,
  type MonitorState,
} from '../../../src/actors/heartbeat-monitor/behavior.js';
import type {
  MonitorEffect,
  MonitorMessage,
} from '../../../src/actors/heartbeat-monitor/messages.js';
import { keeperId, millis } from '../../../src/domain/ids.js';
import { resolveLivenessLimits } from '../../../src/domain/liveness.js';

describe('heartbeat monitor', () => {
  it('takes a keeper from its admission through silence to its loss', () => {
    const monitor = start();

    monitor.tell(0, { type: 'admitted', ...k1 });
    monitor.tell(50, { type: 'reported', ...k1 });
    monitor.tell(1_000, { type: 'heartbeat', ...k1 });
    monitor.tickUntil(12_000);

    expect(monitor.log).toEqual([
      '0 k1#1 joining: it was admitted',
      '50 k1#1 joining -> alive: its inventory was taken in',
      '4000 k1#1 alive -> suspect: silent for 3.0 s',
      '11000 k1#1 suspect -> lost: silent for 10.0 s',
    ]);
  });

  it('dials a broken keeper back at once and again, and loses it while its port refuses', () => {
    const monitor = start();
    alive(monitor);

    monitor.tell(100, { type: 'stream broke', ...k1 });
    monitor.tell(101, { type: 'dialled back', answer: 'refused', ...k1 });
    monitor.tickUntil(300);
    monitor.tickUntil(400);
    monitor.tell(401, { type: 'dialled back', answer: 'refused', ...k1 });
    monitor.tickUntil(1_500);

    expect(monitor.log.slice(2)).toEqual([
      '100 k1#1 alive -> suspect: its stream broke',
      '100 dial back k1#1',
      '400 dial back k1#1',
      '700 dial back k1#1',
      '1100 k1#1 suspect -> lost: its stream broke 1.0 s ago and its port refuses',
    ]);
  });

  it.each(['accepted', 'silent'] as const)(
    'decides nothing from a dial-back that was %s',
    (answer) => {
      const monitor = start();
      alive(monitor);

      monitor.tell(100, { type: 'stream broke', ...k1 });
      monitor.tell(101, { type: 'dialled back', answer: 'refused', ...k1 });
      monitor.tickUntil(400);
      monitor.tell(401, { type: 'dialled back', answer, ...k1 });
      monitor.tickUntil(650);
      monitor.tell(651, { type: 'dialled back', answer, ...k1 });
      monitor.tickUntil(9_000);

      expect(monitor.state('k1')).toBe('suspect');
    },
  );

  it('waits for the answer to a dial-back before it dials again', () => {
    const monitor = start();
    alive(monitor);

    monitor.tell(100, { type: 'stream broke', ...k1 });
    monitor.tickUntil(5_000);

    expect(monitor.log.filter((line) => line.includes('dial back'))).toHaveLength(1);
  });

  it('heals a broken stream with a heartbeat of the same start', () => {
    const monitor = start();
    alive(monitor);

    monitor.tell(100, { type: 'stream broke', ...k1 });
    monitor.tell(200, { type: 'heartbeat', ...k1 });
    monitor.tell(201, { type: 'dialled back', answer: 'refused', ...k1 });
    monitor.tickUntil(2_000);

    expect(monitor.log.slice(2)).toEqual([
      '100 k1#1 alive -> suspect: its stream broke',
      '100 dial back k1#1',
      '200 k1#1 suspect -> alive: it was heard again',
    ]);
  });

  it('changes nothing for messages of an older start', () => {
    const monitor = start();
    const old = k1;
    const current = { keeper: k1.keeper, incarnation: 2 };
    monitor.tell(0, { type: 'admitted', ...current });
    monitor.tell(1, { type: 'reported', ...current });
    const before = [...monitor.log];

    monitor.tell(2, { type: 'admitted', ...old });
    monitor.tell(2, { type: 'stream broke', ...old });
    monitor.tell(2, { type: 'reported', ...old });
    monitor.tickUntil(2_900);
    monitor.tell(2_950, { type: 'heartbeat', ...old });
    monitor.tickUntil(3_000);

    expect(monitor.log).toEqual([...before, '3000 k1#2 alive -> suspect: silent for 3.0 s']);
  });

  it('tells of a new start though the state stays joining', () => {
    const monitor = start();

    monitor.tell(0, { type: 'admitted', ...k1 });
    monitor.tell(1, { type: 'admitted', ...k1 });
    monitor.tell(2, { type: 'admitted', keeper: k1.keeper, incarnation: 2 });

    expect(monitor.log).toEqual([
      '0 k1#1 joining: it was admitted',
      '2 k1#2 joining -> joining: it was admitted',
    ]);
  });

  it('counts the silence of a keeper that only the table knows from the start of the master', () => {
    const monitor = start();

    monitor.tell(5, { type: 'known', ...k1 });
    monitor.tickUntil(11_000);

    expect(monitor.log).toEqual([
      '5 k1#1 suspect: not heard since the master started',
      '10100 k1#1 suspect -> lost: silent for 10.1 s',
    ]);
  });

  it('gives every keeper its silence back after a pause of the master itself', () => {
    const monitor = start();
    alive(monitor);
    monitor.tickUntil(1_000);

    monitor.tell(61_000, { type: 'tick' });
    monitor.tickUntil(63_000);

    expect(monitor.log.slice(2)).toEqual([
      '61000 paused for 59900 ms',
      '62900 k1#1 alive -> suspect: silent for 3.0 s',
    ]);
  });

  it('judges a draining keeper as any other, and a retired one never again', () => {
    const monitor = start();
    alive(monitor);

    monitor.tell(100, { type: 'drain', keeper: k1.keeper });
    monitor.tickUntil(3_000);
    monitor.tell(3_001, { type: 'heartbeat', ...k1 });
    monitor.tell(3_002, { type: 'retire', keeper: k1.keeper });
    monitor.tell(3_003, { type: 'admitted', ...k1 });
    monitor.tickUntil(20_000);

    expect(monitor.log.slice(2)).toEqual([
      '100 k1#1 alive -> draining: it said that it is stopping',
      '3000 k1#1 draining -> suspect: silent for 3.0 s',
      '3001 k1#1 suspect -> draining: it was heard again',
      '3002 k1#1 draining -> retired: it was retired',
    ]);
  });

  it('says nothing of keepers that nobody has introduced', () => {
    const monitor = start();

    monitor.tell(0, { type: 'heartbeat', ...k1 });
    monitor.tell(0, { type: 'stream broke', ...k1 });
    monitor.tell(0, { type: 'drain', keeper: k1.keeper });
    monitor.tickUntil(20_000);

    expect(monitor.log).toEqual([]);
  });
});

// Builders

const k1 = { keeper: keeperId('k1'), incarnation: 1 };

function alive(monitor: ReturnType<typeof start>): void {
  monitor.tell(0, { type: 'admitted', ...k1 });
  monitor.tell(0, { type: 'reported', ...k1 });
}

/** The tests' own clock: `tickUntil` ticks every 100 ms from the last tick on. */
function start() {
  const monitor = createMonitor(resolveLivenessLimits());
  const log: string[] = [];
  let state: MonitorState = monitor.initial;
  let lastTickMs = 0;
  const tell = (atMs: number, message: MonitorMessage): void => {
    const step = monitor.receive(state, message, millis(atMs));
    state = step.state;
    log.push(...step.effects.map((effect) => lineOf(atMs, effect)));
    if (message.type === 'tick') lastTickMs = atMs;
  };
  return {
    log,
    tell,
    tickUntil(endMs: number): void {
      while (lastTickMs + 100 <= endMs) tell(lastTickMs + 100, { type: 'tick' });
    },
    state: (name: string) => state.members.get(keeperId(name))?.membership.value,
  };
}

function lineOf(atMs: number, effect: MonitorEffect): string {
  if (effect.type === 'paused') return `${atMs} paused for ${effect.pausedMs} ms`;
  const keeper = `${effect.keeper}#${effect.incarnation}`;
  if (effect.type === 'dial back') return `${atMs} dial back ${keeper}`;
  const from = effect.from === undefined ? '' : `${effect.from} -> `;
  return `${atMs} ${keeper} ${from}${effect.state}: ${effect.cause}`;
}
