import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterId } from '../../src/domain/ids.js';
import { grantedWithin, isGranted, nothingGranted, type Policy } from '../../src/domain/policy.js';
import type { Principal, Role } from '../../src/domain/principal.js';

const policy: Policy = {
  grants: [
    { clients: ['me', 'you'], prefixes: ['films/', 'shots/'], may: ['read', 'list'] },
    { clients: ['me'], prefixes: ['films/mine/'], may: ['write', 'delete'] },
    { clients: ['*'], prefixes: ['public/'], may: ['read', 'list'] },
  ],
};

describe('a policy', () => {
  it.each([
    ['me', 'read', 'films/a.mp4', true],
    ['me', 'write', 'films/a.mp4', false],
    ['me', 'write', 'films/mine/a.mp4', true],
    ['you', 'write', 'films/mine/a.mp4', false],
    ['me', 'read', 'film', false],
    ['stranger', 'read', 'public/a.mp4', true],
    ['stranger', 'delete', 'public/a.mp4', false],
    ['stranger', 'read', 'films/a.mp4', false],
  ] as const)('says whether %s may %s %s: %s', (name, right, file, granted) => {
    expect(isGranted(policy, a('client', name), right, file)).toBe(granted);
  });

  it('lets an admin do everything, and a keeper or a master nothing', () => {
    const all = (['admin', 'keeper', 'master'] as const).map((role) => [
      isGranted(nothingGranted, a(role, 'me'), 'delete', 'films/a.mp4'),
      isGranted(policy, a(role, 'me'), 'read', 'public/a.mp4'),
    ]);

    expect(all).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ]);
  });

  it('cuts a listing to what is granted, in order, no part within another', () => {
    const me = a('client', 'me');

    expect(grantedWithin(policy, me, 'list', '')).toEqual(['films/', 'public/', 'shots/']);
    expect(grantedWithin(policy, me, 'list', 'films/mine/')).toEqual(['films/mine/']);
    expect(grantedWithin(policy, me, 'list', 'f')).toEqual(['films/']);
    expect(grantedWithin(policy, a('client', 'stranger'), 'list', 'films/')).toEqual([]);
  });

  it('lists a name exactly when its right is granted', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '/', 'é', '🎬'), { maxLength: 4 }).map(join);
    const grant = fc.record({
      clients: fc.constantFrom(['me'], ['you'], ['*']),
      prefixes: fc.array(text, { minLength: 1, maxLength: 3 }),
      may: fc.constantFrom(['list'] as const, ['read'] as const, ['list', 'read'] as const),
    });
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), text, text, (grants, prefix, rest) => {
        const name = prefix + rest;
        const parts = grantedWithin({ grants }, a('client', 'me'), 'list', prefix);
        const listed = parts.filter((part) => name.startsWith(part));
        const granted = isGranted({ grants }, a('client', 'me'), 'list', name);
        expect(listed.length).toBe(granted ? 1 : 0);
        expect(parts.every((part) => part.startsWith(prefix))).toBe(true);
        expect(parts).toEqual(parts.toSorted((x, y) => Buffer.compare(bytes(x), bytes(y))));
      }),
    );
  });
});

const a = (role: Role, name: string): Principal => ({
  clusterId: clusterId('a'.repeat(32)),
  role,
  name,
});

const join = (parts: readonly string[]): string => parts.join('');
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
