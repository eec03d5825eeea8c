/**
 * The life of one keeper as a member of the cluster, in the master's eyes.
 *
 *                   +--------- suspected ----------+
 *                   |                              v
 *   admitted --> joining --reported--> alive --suspected--> suspect --given up--> lost
 *                   ^                    ^                  |              |
 *                   |                    +--- heard --------+---- heard ---+
 *                   |                         (its inventory was taken in; else joining)
 *                   +--- admitted again, from any state but retired
 *
 *   joining, alive --drain--> draining --suspected--> suspect     (heard: back to draining)
 *   any state --retire--> retired
 *
 * It is told the time: silence and broken streams are judged in `domain/liveness.ts`, older
 * incarnations are kept away by the monitor. It has no timers and no actions upon the world.
 */
import { assign, initialTransition, type SnapshotFrom, setup, transition } from 'xstate';
import type { KeeperState } from '../domain/keeper-view.js';

interface MembershipContext {
  /** The start of the keeper that was admitted last. */
  readonly incarnation: number;
  /** The full inventory of this incarnation has been taken in. */
  readonly reported: boolean;
  /** Its keeper said that it is stopping. */
  readonly draining: boolean;
}

export type MembershipEvent =
  | { readonly type: 'admitted'; readonly incarnation: number }
  | { readonly type: 'reported' }
  /** Something was heard of it. */
  | { readonly type: 'heard' }
  /** Silent for too long, or its stream broke. */
  | { readonly type: 'suspected' }
  | { readonly type: 'given up' }
  | { readonly type: 'drain' }
  | { readonly type: 'retire' };

export type Membership = SnapshotFrom<typeof membershipMachine>;

/** Back to where it was before its silence. */
const heardAgain = [
  { guard: 'isDraining', target: 'draining' },
  { guard: 'hasReported', target: 'alive' },
  { target: 'joining' },
] as const;

const membershipMachine = setup({
  types: {
    input: {} as { readonly incarnation: number },
    context: {} as MembershipContext,
    events: {} as MembershipEvent,
  },
  guards: {
    isDraining: ({ context }) => context.draining,
    hasReported: ({ context }) => context.reported,
  },
  actions: {
    admit: assign((_, { incarnation }: { readonly incarnation: number }) => ({
      incarnation,
      reported: false,
      draining: false,
    })),
    noteReport: assign({ reported: true }),
    noteDrain: assign({ draining: true }),
  },
}).createMachine({
  id: 'membership',
  context: ({ input }) => ({ incarnation: input.incarnation, reported: false, draining: false }),
  initial: 'joining',
  on: {
    admitted: {
      target: '.joining',
      actions: { type: 'admit', params: ({ event }) => ({ incarnation: event.incarnation }) },
    },
    reported: { actions: 'noteReport' },
    drain: { actions: 'noteDrain' },
    retire: '.retired',
  },
  states: {
    joining: {
      on: {
        reported: { target: 'alive', actions: 'noteReport' },
        drain: { target: 'draining', actions: 'noteDrain' },
        suspected: 'suspect',
        'given up': 'lost',
      },
    },
    alive: {
      on: {
        drain: { target: 'draining', actions: 'noteDrain' },
        suspected: 'suspect',
        'given up': 'lost',
      },
    },
    draining: { on: { suspected: 'suspect', 'given up': 'lost' } },
    suspect: {
      description: 'A report or a wish to stop is noted; only something heard heals it.',
      on: { heard: [...heardAgain], 'given up': 'lost' },
    },
    lost: { on: { heard: [...heardAgain] } },
    retired: {
      description: 'Forever: the table admits no retired keeper.',
      on: { admitted: {}, reported: {}, drain: {}, retire: {} },
    },
  },
});

export const stateOf = (membership: Membership): KeeperState => membership.value;

export function admitMember(incarnation: number): Membership {
  const [membership] = initialTransition(membershipMachine, { incarnation });
  return membership;
}

/** An event that a state does not answer leaves it as it is. */
export function stepMember(membership: Membership, event: MembershipEvent): Membership {
  const [next] = transition(membershipMachine, membership, event);
  return next;
}
