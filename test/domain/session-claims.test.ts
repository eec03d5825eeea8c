import { describe, expect, it } from 'vitest';
import { rights } from '../../src/domain/policy.js';
import {
  isSessionLabel,
  partWithin,
  refusalOf,
  type SessionClaims,
} from '../../src/domain/session-claims.js';

const claims: SessionClaims = {
  id: '0123456789abcdef',
  label: 'ann',
  may: ['read', 'list'],
  prefix: 'films/',
  notAfter: 1,
};

describe('a session', () => {
  it('may do what its link says, with the names that it says', () => {
    const allowed = rights.filter((right) => refusalOf(claims, right, 'films/a.mp4') === undefined);

    expect(allowed).toEqual(['read', 'list']);
    expect(refusalOf(claims, 'write', 'films/a.mp4')).toBe(
      'the link of ann does not allow to write',
    );
    expect(refusalOf(claims, 'read', 'shots/a.mp4')).toBe(
      'the link of ann is for names that begin with "films/"',
    );
    expect(refusalOf(claims, 'read', 'films')).toBeDefined();
    expect(refusalOf({ ...claims, prefix: '' }, 'read', 'shots/a.mp4')).toBeUndefined();
  });

  it.each([
    ['', 'films/'],
    ['fil', 'films/'],
    ['films/', 'films/'],
    ['films/new/', 'films/new/'],
    ['shots/', undefined],
    ['filmsy', undefined],
  ])('sees of what begins with "%s" the part %s', (prefix, part) => {
    expect(partWithin(claims, 'list', prefix)).toBe(part);
    expect(partWithin(claims, 'write', prefix)).toBeUndefined();
  });

  it.each([
    ['ann', true],
    ['Ann B. <x>', false],
    ['ann@example.org', true],
    ['a\nb', false],
    ['', false],
    ['x'.repeat(65), false],
  ])('may be called %j: %s', (label, is) => {
    expect(isSessionLabel(label)).toBe(is);
  });
});
