/**
 * All the chance there is in a run: one seed, and a stream of its own for whoever asks by name.
 *
 * A stream depends on the seed and on its name alone, so that taking a step out of a story does
 * not change the dice of those that remain more than it must. Generator: sfc32 of PractRand.
 */
import assert from 'node:assert/strict';

export class Chance {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c = 1;
  #d: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#a = mix(this.#seed, 0x9e3779b9);
    this.#b = mix(this.#seed, 0x243f6a88);
    this.#d = mix(this.#seed, 0xb7e15162);
    for (let round = 0; round < 12; round += 1) this.#word();
  }

  fork(name: string): Chance {
    return new Chance(mix(this.#seed, hashText(name)));
  }

  /** From 0 to below 1. */
  real(): number {
    return this.#word() / 2 ** 32;
  }

  /** From `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.real() * (max - min + 1));
  }

  between(min: number, max: number): number {
    return min + this.real() * (max - min);
  }

  /** As likely between 0.1 and 1 as between 1 and 10. */
  spread(min: number, max: number): number {
    return Math.exp(this.between(Math.log(min), Math.log(max)));
  }

  isHit(probability: number): boolean {
    return this.real() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    assert(items.length > 0, 'something to pick from');
    return items[this.int(0, items.length - 1)] as Item;
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.#word() & 0xff;
    return bytes;
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The finaliser of murmur3 over both words. */
export function mix(one: number, other: number): number {
  let hash = (one ^ Math.imul(other, 0x85ebca6b)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
