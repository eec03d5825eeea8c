/** What happens to bytes on their way, or comes from somebody who means harm. */
import fc from 'fast-check';

export type Damage =
  | { readonly type: 'cut'; readonly length: number }
  | { readonly type: 'flip'; readonly bit: number }
  /** Over the bytes that stand there, or before them. */
  | {
      readonly type: 'over' | 'before';
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  /** A piece of it stands there so many times more. */
  | {
      readonly type: 'again';
      readonly at: number;
      readonly length: number;
      readonly times: number;
    };

/** What a piece that is said again and again comes to: some hundred times what is valid. */
const againBytesMax = 100 * 1024;

export function damaged(bytes: Uint8Array, damage: Damage): Uint8Array {
  switch (damage.type) {
    case 'cut':
      return bytes.subarray(0, damage.length);
    case 'flip':
      return flipped(bytes, damage.bit);
    case 'over':
      return spliced(bytes, damage.at, damage.bytes.length, damage.bytes);
    case 'before':
      return spliced(bytes, damage.at, 0, damage.bytes);
    case 'again': {
      const piece = bytes.subarray(damage.at, damage.at + damage.length);
      const times = Math.min(damage.times, Math.floor(againBytesMax / (piece.length || 1)));
      return spliced(bytes, damage.at, 0, Buffer.alloc(times * piece.length, piece));
    }
  }
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

const spliced = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);

/** Lengths and counts that nothing has, in each form in which a format could tell them. */
export const absurdLengths: readonly Uint8Array[] = [
  -1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]
  .flatMap((length) => [
    ...fixed(length, 2),
    ...fixed(length, 4),
    ...fixed(length, 8),
    varint(BigInt.asUintN(64, length)),
    Buffer.from(`${length}`),
  ])
  .filter((bytes, at, all) => all.findIndex((other) => bytes.equals(other)) === at);

/** Of a damage that is yet to be aimed at bytes. */
type Aim = (bytes: Uint8Array, focus: readonly number[]) => Damage;

/** Some damage to these bytes; `focus` are offsets that half of it is aimed at. */
export const anyDamage: fc.Arbitrary<Aim> = fc.oneof(
  place().map(
    (at): Aim =>
      (bytes, focus) => ({ type: 'cut', length: at(bytes, focus) }),
  ),
  fc.tuple(place(), fc.nat(7)).map(
    ([at, bit]): Aim =>
      (bytes, focus) => ({ type: 'flip', bit: at(bytes, focus) * 8 + bit }),
  ),
  fc
    .record({
      type: fc.constantFrom('over', 'before'),
      at: place(),
      bytes: fc.oneof(
        fc.constantFrom(...absurdLengths),
        fc.uint8Array({ minLength: 1, maxLength: 24 }),
      ),
    })
    .map(
      ({ type, at, bytes: added }): Aim =>
        (bytes, focus) => ({ type, at: at(bytes, focus), bytes: added }),
    ),
  fc
    .record({
      at: place(),
      length: fc.integer({ min: 1, max: 160 }),
      times: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 1, max: 3 }) },
        { weight: 1, arbitrary: fc.constantFrom(100, againBytesMax) },
      ),
    })
    .map(
      ({ at, ...piece }): Aim =>
        (bytes, focus) => ({ type: 'again', at: at(bytes, focus), ...piece }),
    ),
);

function place(): fc.Arbitrary<(bytes: Uint8Array, focus: readonly number[]) => number> {
  return fc.tuple(fc.nat(), fc.boolean()).map(([at, isAimed]) => (bytes, focus) => {
    if (isAimed && focus.length > 0) return focus[at % focus.length] ?? 0;
    return at % (bytes.length + 1);
  });
}

/** In both orders of bytes. */
function fixed(length: bigint, size: number): Buffer[] {
  const bytes = Buffer.from(
    BigInt.asUintN(size * 8, length)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  );
  return [bytes, Buffer.from(bytes).reverse()];
}

function varint(length: bigint): Buffer {
  const bytes: number[] = [];
  let left = length;
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(left)]);
}
