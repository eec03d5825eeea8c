/** Data that vouches for itself. */
import type { Mutant } from './mutant.js';

export const manifestTrustedOverTheTable: Mutant = {
  name: 'manifest trusted over the table',
  does: 'A keeper makes manifests anew at its start where they do not fit the data, and the table, the keeper and its readers believe what a manifest says.',
  breaks: ['S3', 'S4', 'S23', 'S14'],
  patches: [
    {
      file: 'src/storage/recovery.ts',
      from: `import { readdir, rm } from 'node:fs/promises';`,
      to: `import { open, readdir, rm } from 'node:fs/promises';
import { encodeManifest } from '../domain/manifest.js';
import { blake3 } from './blake3.js';
import { openOwnFile, readManifestFile } from './manifest-file.js';`,
    },
    {
      file: 'src/storage/recovery.ts',
      from: `    if (present.size === 2) return { fileId, found: 'whole' };`,
      to: `    if (present.size === 2) {
      await certify(parts, fileId);
      return { fileId, found: 'whole' };
    }`,
    },
    {
      file: 'src/storage/recovery.ts',
      from: 'function readStaged(',
      to: `async function certify({ layout, pool, sync }: StoreParts, fileId: FileId): Promise<void> {
  const paths = layout.object(fileId);
  const beside = await readManifestFile(paths.manifest, fileId);
  const data = await openOwnFile(paths.data);
  if (data === undefined || data === 'link') return;
  try {
    if (beside.state !== 'sound') return;
    const hashed = await pool.hashFile(data.fd, beside.manifest.size);
    if (!hashed.ok || hashed.digest === beside.manifest.digest) return;
    const { digest, chunkDigests } = hashed;
    const file = await open(paths.manifest, 'w');
    try {
      await file.writeFile(encodeManifest({ ...beside.manifest, digest, chunkDigests }, blake3));
      await sync.file(file, paths.manifest);
    } finally {
      await file.close();
    }
  } finally {
    await data.close();
  }
}

function readStaged(`,
    },
    {
      file: 'src/storage/verify-replica.ts',
      from: '    return await parts.place.whileThere(() => judge(parts, fileId, expected, reading));',
      to: `    const beside = await readManifestFile(parts.layout.object(fileId).manifest, fileId);
    const { digest } = beside.state === 'sound' ? beside.manifest : expected;
    return await parts.place.whileThere(() =>
      judge(parts, fileId, { ...expected, digest }, pause),
    );`,
    },
    {
      file: 'src/domain/replica-rows.ts',
      from: 'standing: isSameContent(file, found) && !found.quarantined',
      to: 'standing: file.size === found.size && !found.quarantined',
    },
    {
      file: 'src/actors/keeper/data-port.ts',
      from: 'replica.digest === claims.digest && ',
      to: '',
    },
    {
      file: 'src/transfer/transfer-connection.ts',
      from: `    if (totals.digest !== digest) {`,
      to: `    if (totals.digest === '') {`,
    },
    {
      file: 'src/actors/client/read-manifest.ts',
      from: ' || digest !== file.digest)',
      to: ')',
    },
  ],
};
