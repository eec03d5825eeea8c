import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/domain/address.js';
import { seed } from '../seed.js';

describe('address', () => {
  it('is read back as it was written', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(host, fc.integer({ min: 0, max: 65_535 }), (host, port) => {
        expect(parseAddress(formatAddress({ host, port }))).toEqual({ host, port });
      }),
      { seed },
    );
  });

  it.each([
    '',
    'host',
    'host:',
    ':7001',
    'host:65536',
    'host:-1',
    'host:7001x',
    'a b:7001',
    '::1:7001',
    '[::1]',
    '[host]:7001',
    'a\0b:7001',
    'a\u001b[2Jb:7001',
    'a/b:7001',
    `${'a'.repeat(254)}:7001`,
  ])('refuses "%s"', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});
