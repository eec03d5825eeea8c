import { describe, expect, it } from 'vitest';
import {
  type Command,
  KeeperDirectory,
  type KeeperSessionHandle,
} from '../../../src/actors/master/keeper-directory.js';
import { keeperId } from '../../../src/domain/ids.js';
import type { KeeperView } from '../../../src/domain/keeper-view.js';

const k1 = keeperId('k1');
const beat = { freeBytes: 10, usedBytes: 5, transfers: 1, diskSuspect: false };
const command = { $case: 'drop', value: {} } as Command;

describe('keeper directory', () => {
  it('takes a keeper that it knows and has not heard for suspect', () => {
    const { keepers } = aDirectory();

    keepers.know(k1, 3, 'k1:7001', false, 0);

    expect(keepers.views.get(k1)).toMatchObject({
      state: 'suspect',
      incarnation: 3,
      address: 'k1:7001',
      inventory: 'awaited',
    });
  });

  it('keeps a retired keeper retired', () => {
    const { keepers } = aDirectory();

    keepers.know(k1, 3, 'k1:7001', true, 0);

    expect(keepers.views.get(k1)?.state).toBe('retired');
  });

  it('leaves the judgement of a keeper that registers again to the monitor', () => {
    const { keepers } = aDirectory();
    keepers.admit(k1, 1, 'k1:7001', beat, 0);
    keepers.judged(k1, 'alive');
    keepers.reported(k1);

    keepers.admit(k1, 2, 'k1:7002', beat, 5);

    expect(keepers.views.get(k1)).toMatchObject({
      state: 'alive',
      incarnation: 2,
      address: 'k1:7002',
      inventory: 'awaited',
    });
  });

  it('tells of a change once, and of none when nothing changed', () => {
    const { keepers, changes } = aDirectory();
    keepers.admit(k1, 1, 'k1:7001', beat, 0);

    keepers.beat(k1, beat, 1);
    keepers.beat(k1, { ...beat, transfers: 2 }, 2);
    keepers.judged(k1, 'alive');
    keepers.judged(k1, 'alive');

    expect(changes.map(({ state, transfers }) => [state, transfers])).toEqual([
      ['joining', 1],
      ['joining', 2],
      ['alive', 2],
    ]);
  });

  it('measures silence from the last heartbeat', () => {
    const { keepers } = aDirectory();
    keepers.admit(k1, 1, 'k1:7001', beat, 100);
    keepers.beat(k1, beat, 200);
    keepers.judged(k1, 'suspect');

    expect([keepers.silenceMs(k1, 250), keepers.silenceMs(k1, 150)]).toEqual([50, 0]);
    expect(keepers.silenceMs(keeperId('k9'), 250)).toBe(0);
  });

  it.each([
    ['an older start', 1],
    ['a start that has not registered', 3],
  ])('refuses what %s says', (_, incarnation) => {
    const { keepers } = aDirectory();
    keepers.admit(k1, 2, 'k1:7001', beat, 0);

    expect(() => keepers.current(k1, incarnation)).toThrow(
      expect.objectContaining({ code: 'stale' }),
    );
    expect(keepers.current(k1, 2).keeper).toBe(k1);
  });

  it('cannot tell anything to a keeper without a session', () => {
    const { keepers } = aDirectory();
    keepers.admit(k1, 1, 'k1:7001', beat, 0);

    expect([keepers.send(k1, command), keepers.send(keeperId('k9'), command)]).toEqual([
      false,
      false,
    ]);
  });

  it('closes the session that a newer one replaces', () => {
    const { keepers } = aDirectory();
    const [older, newer] = [aSession(), aSession()];
    keepers.admit(k1, 1, 'k1:7001', beat, 0);

    keepers.attach(k1, older);
    keepers.attach(k1, newer);
    const sent = keepers.send(k1, command);

    expect([sent, older.log, newer.log]).toEqual([true, ['close'], ['drop']]);
  });

  it('closes the session of the start before when a keeper registers again', () => {
    const { keepers } = aDirectory();
    const session = aSession();
    keepers.admit(k1, 1, 'k1:7001', beat, 0);
    keepers.attach(k1, session);

    keepers.admit(k1, 2, 'k1:7001', beat, 0);

    expect([session.log, keepers.send(k1, command)]).toEqual([['close'], false]);
  });

  it('does not take the end of a replaced session for the end of the new one', () => {
    const { keepers } = aDirectory();
    const [older, newer] = [aSession(), aSession()];
    keepers.admit(k1, 1, 'k1:7001', beat, 0);
    keepers.attach(k1, older);
    keepers.attach(k1, newer);

    expect(keepers.detach(k1, older, false)).toBe(false);
    expect(keepers.send(k1, command)).toBe(true);
    expect(keepers.detach(k1, newer, false)).toBe(true);
    expect(keepers.send(k1, command)).toBe(false);
  });

  it('remembers a goodbye until the keeper comes back', () => {
    const { keepers } = aDirectory();
    const session = aSession();
    keepers.admit(k1, 1, 'k1:7001', beat, 0);
    keepers.attach(k1, session);

    keepers.detach(k1, session, true);
    const left = keepers.hasLeft(k1);
    keepers.admit(k1, 2, 'k1:7001', beat, 0);

    expect([left, keepers.hasLeft(k1)]).toEqual([true, false]);
  });
});

function aDirectory() {
  const changes: KeeperView[] = [];
  return { keepers: new KeeperDirectory((view) => changes.push(view)), changes };
}

function aSession(): KeeperSessionHandle & { readonly log: string[] } {
  const log: string[] = [];
  return { log, send: ({ $case }) => void log.push($case), close: () => void log.push('close') };
}
