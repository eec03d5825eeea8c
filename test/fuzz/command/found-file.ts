/** A finding as a file, by which it can be had again. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Trial } from '../judge.js';

export interface Found extends Trial {
  /** The decoder's name. */
  readonly decoder: string;
  readonly why: string;
}

export function writeFound(path: string, { decoder, why, input, whole }: Found): void {
  const file = { decoder, why, input: hexOf(input), ...(whole && { whole: hexOf(whole) }) };
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
}

/** @throws SyntaxError, and the errors of the disk */
export function readFound(path: string): Found {
  const { decoder, why, input, whole } = JSON.parse(readFileSync(path, 'utf8')) as Record<
    keyof Found,
    string
  >;
  const bytes = Buffer.from(input, 'hex');
  if (whole === undefined) return { decoder, why, input: bytes };
  // A valid input that is refused is both.
  return { decoder, why, input: bytes, whole: whole === input ? bytes : Buffer.from(whole, 'hex') };
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
