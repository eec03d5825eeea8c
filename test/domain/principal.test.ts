import { describe, expect, it } from 'vitest';
import { clusterId } from '../../src/domain/ids.js';
import {
  authorityUri,
  type Principal,
  parseAuthority,
  parsePrincipal,
  principalUri,
  roles,
} from '../../src/domain/principal.js';

const cluster = clusterId('ab'.repeat(16));

describe('whom a certificate speaks for', () => {
  it.each(roles)('is read as it was written, for a %s', (role) => {
    const principal: Principal = { clusterId: cluster, role, name: 'disk-1' };

    const names = `DNS:localhost, URI:${principalUri(principal)}`;

    expect(parsePrincipal(names)).toEqual(principal);
    expect(parseAuthority(names)).toBeUndefined();
  });

  it('is nobody for an authority, which has a cluster', () => {
    const names = `URI:${authorityUri(cluster)}`;

    expect(parsePrincipal(names)).toBeUndefined();
    expect(parseAuthority(names)).toBe(cluster);
  });

  it.each([
    ['no names', undefined],
    ['a host', 'DNS:disk-1'],
    ['two of them', `URI:reelkeep://${cluster}/keeper/a, URI:reelkeep://${cluster}/keeper/b`],
    ['another scheme', `URI:spiffe://${cluster}/keeper/a`],
    ['a cluster that is none', 'URI:reelkeep://x/keeper/a'],
    ['a role that is none', `URI:reelkeep://${cluster}/root/a`],
    ['a name that is none', `URI:reelkeep://${cluster}/keeper/A`],
    ['a longer path', `URI:reelkeep://${cluster}/keeper/a/b`],
    ['no name', `URI:reelkeep://${cluster}/keeper/`],
  ])('is nobody with %s', (_, names) => {
    expect(parsePrincipal(names)).toBeUndefined();
  });
});
