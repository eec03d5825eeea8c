/**
 * Turns heartbeats, broken streams and ticks into changes of each keeper's state.
 *
 * Says nothing while nothing changes, so that the master hears of each loss once. Silence is
 * judged at ticks only, after a pause of the master itself has been taken out of it.
 *
 * The map of members is owned by the behavior: a step changes it in place and hands it on,
 * so that a heartbeat costs the same however many keepers there are.
 */
import type { KeeperId, Millis } from '../../domain/ids.js';
import {
  forgivePause,
  judgeLife,
  type LifeSigns,
  type LivenessLimits,
  pauseBetween,
} from '../../domain/liveness.js';
import {
  admitMember,
  type Membership,
  type MembershipEvent,
  stateOf,
  stepMember,
} from '../../machines/membership.machine.js';
import type { Behavior } from '../runtime/behavior.js';
import type { MonitorEffect, MonitorMessage } from './messages.js';

interface Member {
  readonly keeper: KeeperId;
  readonly membership: Membership;
  readonly signs: LifeSigns;
  /** The last dial-back of the present break. */
  readonly dial?: { readonly askedAt: Millis; readonly answered: boolean };
}

export interface MonitorState {
  readonly members: Map<KeeperId, Member>;
  readonly lastTick?: Millis;
}

type MessageOf<Type extends MonitorMessage['type']> = Extract<MonitorMessage, { type: Type }>;

/** A behavior lives once: for another life, create another. */
export function createMonitor(
  limits: LivenessLimits,
): Behavior<MonitorState, MonitorMessage, MonitorEffect> {
  return {
    initial: { members: new Map() },
    receive(state, message, now) {
      if (message.type === 'tick') return onTick(state, now, limits);
      return { state, effects: onNews(state.members, message, now) };
    },
  };
}

function onNews(
  members: Map<KeeperId, Member>,
  message: Exclude<MonitorMessage, { type: 'tick' }>,
  now: Millis,
): readonly MonitorEffect[] {
  const member = members.get(message.keeper);
  if (message.type === 'known' || message.type === 'admitted')
    return onIntroduced(members, member, message, now);
  if (member === undefined) return [];
  if (message.type === 'drain')
    return step(members, member, { type: 'drain' }, 'it said that it is stopping');
  if (message.type === 'retire') return step(members, member, { type: 'retire' }, 'it was retired');
  if (message.incarnation !== incarnationOf(member)) return [];
  switch (message.type) {
    case 'reported':
      return step(members, member, { type: 'reported' }, 'its inventory was taken in');
    case 'heartbeat':
      return onHeartbeat(members, member, now);
    case 'stream broke':
      return onStreamBroke(members, member, now);
    case 'dialled back':
      return onDialledBack(members, member, message);
  }
}

function onIntroduced(
  members: Map<KeeperId, Member>,
  member: Member | undefined,
  { type, keeper, incarnation }: MessageOf<'known'> | MessageOf<'admitted'>,
  now: Millis,
): readonly MonitorEffect[] {
  const signs: LifeSigns = { lastHeard: now, refused: false };
  if (member !== undefined) {
    if (type === 'known' || incarnation < incarnationOf(member)) return [];
    const heard: Member = { keeper, membership: member.membership, signs };
    return step(members, heard, { type: 'admitted', incarnation }, 'it was admitted');
  }
  const joining = admitMember(incarnation);
  const membership = type === 'known' ? stepMember(joining, { type: 'suspected' }) : joining;
  members.set(keeper, { keeper, membership, signs });
  const cause = type === 'known' ? 'not heard since the master started' : 'it was admitted';
  return [{ type: 'keeper changed', keeper, incarnation, state: stateOf(membership), cause }];
}

function onHeartbeat(
  members: Map<KeeperId, Member>,
  { keeper, membership }: Member,
  now: Millis,
): readonly MonitorEffect[] {
  const heard: Member = { keeper, membership, signs: { lastHeard: now, refused: false } };
  return step(members, heard, { type: 'heard' }, 'it was heard again');
}

function onStreamBroke(
  members: Map<KeeperId, Member>,
  member: Member,
  now: Millis,
): readonly MonitorEffect[] {
  if (member.signs.brokenSince !== undefined || isGivenUp(member)) return [];
  const signs: LifeSigns = { ...member.signs, brokenSince: now, refused: false };
  const broken: Member = { ...member, signs, dial: { askedAt: now, answered: false } };
  return [...step(members, broken, { type: 'suspected' }, 'its stream broke'), dialBack(member)];
}

function onDialledBack(
  members: Map<KeeperId, Member>,
  member: Member,
  { keeper, answer }: MessageOf<'dialled back'>,
): readonly MonitorEffect[] {
  if (member.dial === undefined) return [];
  const signs: LifeSigns = { ...member.signs, refused: answer === 'refused' };
  members.set(keeper, { ...member, signs, dial: { ...member.dial, answered: true } });
  return [];
}

function onTick(state: MonitorState, now: Millis, limits: LivenessLimits) {
  const { members, lastTick } = state;
  const effects: MonitorEffect[] = [];
  const pausedMs = lastTick === undefined ? 0 : pauseBetween(lastTick, now, limits);
  if (pausedMs > 0) effects.push({ type: 'paused', pausedMs });
  for (const member of members.values()) {
    if (isGivenUp(member)) continue;
    const signs = pausedMs > 0 ? forgivePause(member.signs, pausedMs, now) : member.signs;
    const forgiven: Member = { ...member, signs };
    members.set(member.keeper, forgiven);
    effects.push(...onMemberTick(members, forgiven, now, limits));
  }
  return { state: { members, lastTick: now }, effects };
}

function onMemberTick(
  members: Map<KeeperId, Member>,
  member: Member,
  now: Millis,
  limits: LivenessLimits,
): readonly MonitorEffect[] {
  const { verdict, cause } = judgeLife(member.signs, now, limits);
  if (verdict === 'lost') return step(members, member, { type: 'given up' }, cause);
  const effects = verdict === 'suspect' ? step(members, member, { type: 'suspected' }, cause) : [];
  const { dial } = member;
  const isDialDue = dial?.answered === true && now - dial.askedAt >= limits.redialEveryMs;
  if (!isDialDue) return effects;
  return [...effects, ...redial(members, member.keeper, now)];
}

function redial(
  members: Map<KeeperId, Member>,
  keeper: KeeperId,
  now: Millis,
): readonly MonitorEffect[] {
  const member = members.get(keeper);
  if (member === undefined) return [];
  members.set(keeper, { ...member, dial: { askedAt: now, answered: false } });
  return [dialBack(member)];
}

/** Steps the member's machine and keeps the result; an effect only when state or incarnation changed. */
function step(
  members: Map<KeeperId, Member>,
  member: Member,
  event: MembershipEvent,
  cause: string,
): readonly MonitorEffect[] {
  const membership = answers(member, event)
    ? stepMember(member.membership, event)
    : member.membership;
  members.set(member.keeper, { ...member, membership });
  const from = stateOf(member.membership);
  const state = stateOf(membership);
  const { incarnation } = membership.context;
  if (state === from && incarnation === incarnationOf(member)) return [];
  return [{ type: 'keeper changed', keeper: member.keeper, incarnation, from, state, cause }];
}

/** The two events that come all the time are not put to states that ignore them. */
function answers(member: Member, event: MembershipEvent): boolean {
  const state = stateOf(member.membership);
  if (event.type === 'heard') return state === 'suspect' || state === 'lost';
  if (event.type === 'suspected') return state !== 'suspect';
  return true;
}

const incarnationOf = (member: Member): number => member.membership.context.incarnation;

const isGivenUp = (member: Member): boolean =>
  ['lost', 'retired'].includes(stateOf(member.membership));

const dialBack = (member: Member): MonitorEffect => ({
  type: 'dial back',
  keeper: member.keeper,
  incarnation: incarnationOf(member),
});
