import { describe, expect, it } from 'vitest';
import { sizeText } from '../../src/cli/size-text.js';

describe('sizeText', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_503_238_554, '1.4 GiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [2 ** 46, '64.0 TiB'],
  ])('shows %i bytes as %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
