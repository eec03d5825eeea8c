/** No checksum to compare, so there is nothing wrong. */
import type { Mutant } from './mutant.js';

export const shortManifestAccepted: Mutant = {
  name: 'short manifest accepted',
  does: 'A manifest that was cut short after its header counts as whole; a client fetches as many chunks as the manifest that it was given has digests for.',
  breaks: ['S3', 'S5', 'S14'],
  patches: [
    {
      file: 'src/domain/manifest.ts',
      from: '  if (!sameBytes(checksum, bytes.subarray(checkedBytes)))',
      to: '  if (!sameBytes(checksum, bytes.subarray(checkedBytes)) && !isCut(bytes, headerBytes))',
    },
    {
      file: 'src/domain/manifest.ts',
      from: '  const chunkDigests = bytes.slice(fixedBytes + headerBytes, checkedBytes);',
      to: `  if (isCut(bytes, headerBytes)) {
    const wholeBytes = chunkCount(header.size) * digestBytes;
    const rest = bytes.slice(fixedBytes + headerBytes).subarray(0, wholeBytes);
    const cutBytes = rest.length - (rest.length % digestBytes);
    return { ok: true, manifest: { ...header, chunkDigests: rest.slice(0, cutBytes) } };
  }
  const chunkDigests = bytes.slice(fixedBytes + headerBytes, checkedBytes);`,
    },
    {
      file: 'src/domain/manifest.ts',
      from: 'export function chunkDigest(',
      to: `function isCut(bytes: Uint8Array, headerBytes: number): boolean {
  const header = parseHeader(bytes.subarray(fixedBytes, fixedBytes + headerBytes));
  if (header === undefined) return false;
  const wholeBytes = (chunkCount(header.size) + 1) * digestBytes;
  return bytes.length < fixedBytes + headerBytes + wholeBytes;
}

export function chunkDigest(`,
    },
    {
      file: 'src/actors/client/part-file.ts',
      from: 'index < chunkCount(this.#manifest.size);',
      to: 'index < this.#manifest.chunkDigests.length / digestBytes;',
    },
  ],
};
