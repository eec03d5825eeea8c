import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decoder, decoded, refused } from './decoder.js';
import { judge } from './judge.js';

const whole = Buffer.from('whole');

const signed: Decoder<string> = {
  name: 'signed',
  valid: fc.constant(whole),
  decode: (bytes) => decoded(bytes.toString()),
  encode: (text) => Buffer.from(text),
  mayBecome: () => false,
};

describe('bytes that a decoder takes', () => {
  it('are whole when what was to damage them changed none', () => {
    expect(judge(signed, { input: Buffer.from(whole), whole })).toMatchObject({ ok: true });
  });

  it('are damaged when one is another', () => {
    expect(judge(signed, { input: Buffer.from('whose'), whole })).toMatchObject({ ok: false });
  });
});

describe('bytes that a decoder refuses', () => {
  it('may be those that are damaged', () => {
    const strict: Decoder<string> = { ...signed, decode: () => refused('so it is') };

    expect(judge(strict, { input: Buffer.from('whose'), whole })).toMatchObject({ ok: true });
    expect(judge(strict, { input: Buffer.from(whole), whole })).toMatchObject({ ok: false });
  });
});
