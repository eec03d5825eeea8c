import { describe, expect, it, vi } from 'vitest';
import { Term } from '../../../src/actors/keeper/term.js';
import type {
  RegisterResponse,
  SessionResponse,
} from '../../../src/rpc/generated/reelkeep/v1/keeper.js';

describe("the master's term", () => {
  it('begins with what the registration says', () => {
    const term = new Term();

    term.begin(registered({ epoch: 3, commit: 9, acceptAny: true, heartbeatEveryMs: 250 }));

    expect(term).toMatchObject({
      epoch: 3,
      commit: 9,
      acceptAny: true,
      heartbeatEveryMs: 250,
    });
  });

  it('follows the clock of the master, and runs on without it', () => {
    const term = new Term();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(100);
    term.begin(registered({ masterClockMs: 5_000 }));

    clock.mockReturnValue(160);
    const alone = term.masterNowMs();
    term.hear(told({ masterClockMs: 5_100 }));

    expect([alone, term.masterNowMs()]).toEqual([5_060, 5_100]);
  });

  it('remembers the highest commit of the term, and begins anew with the next', () => {
    const term = new Term();
    term.begin(registered({ commit: 5 }));

    term.hear(told({ commit: 8 }));
    term.hear(told({ commit: 7 }));
    const highest = term.commit;
    term.begin(registered({ epoch: 2, commit: 2 }));

    expect([highest, term.commit]).toEqual([8, 2]);
  });

  it('opens tickets of the last three keys, and of none before', () => {
    const term = new Term();
    for (const keyId of [1, 2, 3, 4]) term.begin(registered({ ticketKey: keyOf(keyId) }));

    expect([1, 2, 3, 4].map((keyId) => term.keyOf(keyId))).toEqual([
      undefined,
      keyOf(2).secret,
      keyOf(3).secret,
      keyOf(4).secret,
    ]);
  });

  it('opens what was signed before the next key was told, though another comes with a registration', () => {
    const term = new Term();
    term.begin(registered({ ticketKey: keyOf(1) }));
    for (let beat = 0; beat < 3; beat++) term.hear(told({ ticketKey: keyOf(2) }));
    const next = term.keyId;

    term.begin(registered({ ticketKey: keyOf(3) }));

    expect([next, term.keyId]).toEqual([2, 3]);
    expect(term.keyOf(1)).toEqual(keyOf(1).secret);
  });
});

const keyOf = (keyId: number) => ({ keyId, secret: Buffer.alloc(32, keyId) });

const registered = (changes: Partial<RegisterResponse> = {}): RegisterResponse => ({
  clusterId: 'c'.repeat(32),
  epoch: 1,
  commit: 0,
  heartbeatEveryMs: 1_000,
  ticketKey: undefined,
  acceptAny: false,
  masterClockMs: 0,
  incarnation: 1,
  termId: 'of this term',
  wantsFacts: false,
  ...changes,
});

const told = (changes: Partial<SessionResponse>): SessionResponse => ({
  epoch: 1,
  commit: 0,
  masterClockMs: 0,
  command: undefined,
  ticketKey: undefined,
  ...changes,
});
