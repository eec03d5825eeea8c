import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptName, normalizedName } from '../../src/domain/names.js';
import { seed } from '../seed.js';

describe(`acceptName (seed ${seed})`, () => {
  it('S21: takes a name exactly as it is in NFC, or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const verdict = acceptName(text);
        if (verdict.ok) expect(verdict.name).toBe(text.normalize('NFC'));
      }),
      { seed },
    );
  });

  it('finds a name by its composed and its decomposed form', () => {
    expect(acceptName('cafe\u0301.mp4')).toEqual(acceptName('caf\u00e9.mp4'));
  });

  it('S46: never takes a name that would lead out of a directory', () => {
    const part = fc.constantFrom('..', '.', 'a', '', 'b.mp4');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const bad = parts.some((one) => one === '..' || one === '.' || one === '');
        expect(acceptName(parts.join('/')).ok).toBe(!bad);
      }),
      { seed },
    );
  });

  it.each([
    ['', 'the name is empty'],
    ['/a', 'the name begins with "/"'],
    ['a/', 'the name has an empty part between two "/" or at its end'],
    ['a/../b', 'the name has a part ".."'],
    ['a\nb', 'the name has a control character'],
    ['\ud800', 'the name is not valid Unicode'],
    [Buffer.from([0x61, 0xff]).toString(), 'the name is not valid Unicode'],
    ['ä'.repeat(513), 'the name is longer than 1024 bytes'],
  ])('refuses %j and says why', (text, reason) => {
    expect(acceptName(text)).toEqual({ ok: false, reason });
  });

  it('takes a name of exactly 1,024 bytes', () => {
    expect(acceptName('ä'.repeat(512)).ok).toBe(true);
  });

  it('takes a name that is three and a half times as long before it is in NFC', () => {
    const text = '\u1fbe\u0308\u0301'.repeat(512);

    expect(acceptName(text)).toEqual({ ok: true, name: '\u0390'.repeat(512) });
    expect(Buffer.byteLength(text)).toBe(3.5 * 1024);
  });

  it('S48: refuses at once what would take an hour to be put in order', () => {
    const text = `a${'\u0300\u0316'.repeat(1024 ** 2)}`;

    expect(acceptName(text)).toEqual({ ok: false, reason: 'the name is longer than 1024 bytes' });
    expect(normalizedName(text)).toBeUndefined();
  });
});
