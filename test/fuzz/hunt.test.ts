import process from 'node:process';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { seed } from '../seed.js';
import { type Decoder, decoded, decodedUnless, type Outcome, refused } from './decoder.js';
import { hunt } from './hunt.js';
import { type SweepKind, sweep } from './sweep.js';

class Refusal extends Error {}
const crcBytes = 4;

const refusal = (why: string): Outcome<Buffer> =>
  decodedUnless(Refusal, () => {
    throw new Refusal(why);
  });

/** A byte of how long it is, the bytes, and a CRC of both. */
const sound: Decoder<Buffer> = {
  name: 'sound',
  valid: fc.uint8Array({ minLength: 1, maxLength: 20 }).map(encode),
  decode(bytes) {
    const length = bytes[0] ?? 0;
    if (bytes.length !== 1 + length + crcBytes) return refusal('it is too short or too long');
    const crc = bytes.readUInt32BE(1 + length);
    if (crc !== crc32(bytes.subarray(0, -crcBytes))) return refusal('it is damaged');
    return decoded(bytes.subarray(1, 1 + length));
  },
  encode,
  mayBecome: (whole, value) => whole.equals(value),
};

describe('a hunt', () => {
  it('finds nothing in a decoder that does what it may', () => {
    const found = hunt(sound, { seed, runs: 100 });

    expect(found).toEqual({ tried: expect.any(Number), decoded: expect.any(Number) });
    expect(found.decoded).toBeGreaterThan(50);
    expect(found.tried).toBeGreaterThan(found.decoded);
  });

  it('tries the same for the same seed, and something else for another', () => {
    expect(inputsOf(42)).toEqual(inputsOf(42));
    expect(inputsOf(42)).not.toEqual(inputsOf(43));
  });

  it.each<[string, Partial<Decoder<Buffer>>, string]>([
    [
      'throws what is no refusal',
      { decode: (bytes) => following(() => bytes.readUInt8(1), bytes) },
      'it threw RangeError',
    ],
    ['refuses what is valid', { decode: () => refused('everything') }, 'it refused what is valid'],
    [
      'believes a damaged length',
      { decode: (bytes) => decoded(bytes.subarray(1, -crcBytes)), valid: fc.constant(encode([7])) },
      'it took damaged bytes for something else',
    ],
    [
      'allocates what it is told to',
      { decode: (bytes) => following(() => Buffer.alloc((bytes[0] ?? 0) * 2 ** 16), bytes) },
      'it allocated',
    ],
    [
      'writes over what it reads',
      { decode: (bytes) => following(() => bytes.fill(1), encode([1])) },
      'it changed the bytes',
    ],
    [
      'takes what it cannot write again',
      { encode: ([first]) => encode([(first ?? 0) & 0x7f]) },
      'is another when it is encoded again',
    ],
  ])('finds a decoder that %s', (_, planted, why) => {
    const { finding } = hunt({ ...sound, ...planted }, { seed, runs: 300 });

    expect(finding?.why).toContain(why);
  });

  it('finds a decoder that takes its time', () => {
    let user = 0;
    vi.spyOn(process, 'cpuUsage').mockImplementation(() => {
      user += 5_000_000;
      return { user, system: 0 };
    });

    expect(hunt(sound, { seed, runs: 1 }).finding?.why).toBe('it took 5000 ms');
  });

  it('makes what it finds small, where it does not end in a small place that is not the smallest', () => {
    const planted: Decoder<Buffer> = {
      ...sound,
      valid: fc.constant(encode([7])),
      decode(bytes) {
        if (bytes.includes(0x42)) throw new TypeError('planted');
        return sound.decode(bytes);
      },
    };

    const seeds = Array.from({ length: 20 }, (_, at) => at + 1);
    const findings = seeds.map((one) => hunt(planted, { seed: one, runs: 500 }).finding);

    const whys = new Set(findings.map((finding) => finding?.why));
    expect(whys).toEqual(new Set(['it threw TypeError: planted']));
    const smallest = findings.filter((finding) => finding?.input.length === 1);
    expect(smallest.length).toBeGreaterThan(seeds.length / 2);
  });
});

describe('a sweep', () => {
  it.each<[SweepKind, number]>([
    ['prefixes', 6],
    ['flipped bits', 48],
  ])('tries all %s there are', (kind, tried) => {
    const decoder = { ...sound, valid: fc.constant(encode([7])) };

    expect(sweep(decoder, kind, { seed, samples: 1, damagesMax: 100 })).toEqual({
      tried,
      decoded: 0,
    });
  });

  it('finds the one bit that does not matter', () => {
    const whole = encode([7]);
    const planted: Decoder<Buffer> = {
      ...sound,
      valid: fc.constant(whole),
      decode(bytes) {
        const mended = Buffer.from(bytes);
        mended[5] = ((mended[5] ?? 0) & 0xfe) | ((whole[5] ?? 0) & 1);
        return sound.decode(mended);
      },
      mayBecome: () => false,
    };

    const { finding } = sweep(planted, 'flipped bits', { seed, samples: 1, damagesMax: 100 });

    const flipped = Uint8Array.from(whole);
    flipped[5] = (flipped[5] ?? 0) ^ 1;
    expect(finding).toMatchObject({ input: flipped, whole });
  });
});

function following(first: () => unknown, bytes: Buffer): Outcome<Buffer> {
  first();
  return sound.decode(bytes);
}

function inputsOf(from: number): Uint8Array[] {
  const inputs: Uint8Array[] = [];
  hunt(sound, { seed: from, runs: 20, onTrial: ({ input }) => void inputs.push(input) });
  return inputs;
}

function encode(payload: ArrayLike<number>): Buffer {
  const bytes = Buffer.from([payload.length, ...Array.from(payload)]);
  const crc = Buffer.alloc(crcBytes);
  crc.writeUInt32BE(crc32(bytes));
  return Buffer.concat([bytes, crc]);
}
