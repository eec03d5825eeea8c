/** A finding as a person reads it. */
import type { Finding } from './try-all.js';

/** Longer inputs are told by how they begin. */
const toldBytesMax = 2_048;
const beginningBytes = 64;

export function findingText({ why, input, whole }: Finding): string {
  const lines = [why, `input, ${bytesText(input)}`];
  if (whole !== undefined && whole !== input) lines.push(`made of valid ${bytesText(whole)}`);
  return lines.join('\n');
}

function bytesText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  const told = bytes.length > toldBytesMax ? `${hex.slice(0, 2 * beginningBytes)}...` : hex;
  return `${bytes.length} bytes: ${told}`;
}
