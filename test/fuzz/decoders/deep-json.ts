/** JSON that is deeper, or says more of one thing, than anybody means. */

export const deepJson = (bytesMax: number): readonly Uint8Array[] => [
  Buffer.from('['.repeat(bytesMax)),
  Buffer.from('['.repeat(bytesMax / 2) + ']'.repeat(bytesMax / 2)),
  Buffer.from(`${'{"a":'.repeat(bytesMax / 6)}0${'}'.repeat(bytesMax / 6)}`),
  Buffer.from(`[${'0,'.repeat(bytesMax / 2)}0]`),
  Buffer.from('1'.repeat(bytesMax)),
  Buffer.from('{"format":1e999}'),
  Buffer.from('{"__proto__":{"format":1}}'),
];
