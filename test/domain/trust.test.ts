import { describe, expect, it } from 'vitest';
import { judgeTrust } from '../../src/domain/trust.js';

describe('judgeTrust', () => {
  it('trusts a table whose keepers have all reported', () => {
    expect(judgeTrust({ known: 3, reported: 3, ahead: [], comingIn: 0, base: 'trusted' })).toEqual({
      trust: 'whole',
    });
  });

  it('trusts the table of a cluster that has no keeper yet', () => {
    expect(judgeTrust({ known: 0, reported: 0, ahead: [], comingIn: 0, base: 'trusted' })).toEqual({
      trust: 'whole',
    });
  });

  it('S26: trusts no table that has not been read yet, whoever has reported', () => {
    const base = { known: 3, reported: 3, ahead: [], comingIn: 0, base: 'trusted' } as const;

    expect(judgeTrust({ ...base, isUnread: true })).toEqual({
      trust: 'not yet',
      reason: 'the table is being read',
    });
    expect(judgeTrust({ ...base, isUnread: false })).toEqual({ trust: 'whole' });
  });

  it('waits while a minority of keepers has not reported', () => {
    expect(judgeTrust({ known: 3, reported: 2, ahead: [], comingIn: 0, base: 'trusted' })).toEqual({
      trust: 'waiting',
      reason: '2 of 3 known keepers have reported',
    });
  });

  it('trusts nothing while more than half of the keepers have not reported', () => {
    expect(judgeTrust({ known: 4, reported: 1, ahead: [], comingIn: 0, base: 'trusted' })).toEqual({
      trust: 'none',
      reason: '1 of 4 known keepers have reported: retire those that will never come back',
    });
  });

  it('trusts nothing when a keeper has seen more of the table than it holds', () => {
    expect(
      judgeTrust({ known: 3, reported: 3, ahead: ['k2'], comingIn: 0, base: 'trusted' }),
    ).toEqual({
      trust: 'none',
      reason:
        'the table is older than what k2 has seen of it: put the later one back, or start the master with --rebuild',
    });
  });
});
