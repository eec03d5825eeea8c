import { describe, expect, it } from 'vitest';
import type { KeeperState } from '../../src/domain/keeper-view.js';
import {
  admitMember,
  type Membership,
  type MembershipEvent,
  stateOf,
  stepMember,
} from '../../src/machines/membership.machine.js';

type EventType = MembershipEvent['type'];

const eventTypes: readonly EventType[] = [
  'admitted',
  'reported',
  'heard',
  'suspected',
  'given up',
  'drain',
  'retire',
];

/** From each state, in the order of `eventTypes`; `.` is an event that leaves the state as it is. */
const table: Record<KeeperState, readonly (KeeperState | '.')[]> = {
  //         admitted   reported heard    suspected  given up drain       retire
  joining: ['.', 'alive', '.', 'suspect', 'lost', 'draining', 'retired'],
  alive: ['joining', '.', '.', 'suspect', 'lost', 'draining', 'retired'],
  suspect: ['joining', '.', 'alive', '.', 'lost', '.', 'retired'],
  lost: ['joining', '.', 'alive', '.', '.', '.', 'retired'],
  draining: ['joining', '.', '.', 'suspect', 'lost', '.', 'retired'],
  retired: ['.', '.', '.', '.', '.', '.', '.'],
};

const paths: Record<KeeperState, readonly EventType[]> = {
  joining: [],
  alive: ['reported'],
  suspect: ['reported', 'suspected'],
  lost: ['reported', 'given up'],
  draining: ['reported', 'drain'],
  retired: ['retire'],
};

const cases = (Object.keys(table) as KeeperState[]).flatMap((from) =>
  eventTypes.map((event, index) => ({ from, event, to: table[from][index] ?? '.' })),
);

describe('membership of a keeper', () => {
  it.each(cases)('$from, $event: $to', ({ from, event, to }) => {
    const member = walk(paths[from]);
    expect(stateOf(member)).toBe(from);

    expect(stateOf(stepMember(member, eventOf(event)))).toBe(to === '.' ? from : to);
  });

  it('goes back to joining when heard again before its inventory was taken in', () => {
    expect(stateOf(walk(['suspected', 'heard']))).toBe('joining');
    expect(stateOf(walk(['given up', 'heard']))).toBe('joining');
  });

  it('is alive when heard again after a report that was taken in during its silence', () => {
    expect(stateOf(walk(['suspected', 'reported', 'heard']))).toBe('alive');
  });

  it('is draining again when heard after a silence', () => {
    expect(stateOf(walk(['reported', 'drain', 'suspected', 'heard']))).toBe('draining');
    expect(stateOf(walk(['reported', 'suspected', 'drain', 'heard']))).toBe('draining');
  });

  it('forgets report and draining with each admission', () => {
    const again = walk(['reported', 'drain', 'admitted']);

    expect(again.context).toEqual({ incarnation: 2, reported: false, draining: false });
  });
});

// Builders

const eventOf = (type: EventType): MembershipEvent =>
  type === 'admitted' ? { type, incarnation: 2 } : { type };

const walk = (path: readonly EventType[]): Membership =>
  path.reduce((member, type) => stepMember(member, eventOf(type)), admitMember(1));
