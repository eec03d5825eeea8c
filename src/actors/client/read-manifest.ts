/** The digests of a file's chunks, from any keeper whose manifest agrees with the master's table. */
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import { decodeManifest, type Manifest } from '../../domain/manifest.js';
import type { TransferSource } from '../../domain/transfer-source.js';
import { blake3 } from '../../storage/blake3.js';
import type { BufferSource } from '../../transfer/chunk-buffers.js';
import type { KeeperLender } from '../runtime/keeper-connections.js';
import { signedTicket } from './transfer-source.js';

export interface ManifestRead {
  readonly file: FileView;
  readonly sources: readonly TransferSource[];
  readonly keepers: KeeperLender;
  readonly buffers: BufferSource;
  readonly signal: AbortSignal;
  onBadManifest(source: TransferSource): void;
}

/**
 * Asks one keeper after the other.
 * @throws ReelkeepError why the last one failed
 */
export async function readManifest(read: ManifestRead): Promise<Manifest> {
  let failure = new ReelkeepError('unavailable', 'no replica of the file can be reached now');
  for (const source of read.sources) {
    read.signal.throwIfAborted();
    try {
      const verdict = judge(await fetchBytes(source, read), read.file);
      if (verdict.ok) return verdict.manifest;
      failure = new ReelkeepError('integrity', `${source.keeper}: ${verdict.reason}`);
      read.onBadManifest(source);
    } catch (error) {
      const { code, detail } = toPlainError(error);
      failure = new ReelkeepError(code, `${source.keeper}: ${detail}`, { cause: error });
    }
  }
  throw failure;
}

async function fetchBytes(
  source: TransferSource,
  { file: { fileId }, keepers, buffers, signal }: ManifestRead,
): Promise<Uint8Array> {
  const lease = await keepers.take(source, signal);
  const ticket = signedTicket(source);
  try {
    return await lease.connection.manifest({ ticket, fileId, buffers, signal });
  } finally {
    lease.release();
  }
}

/** The table has the last word on what the file is. */
function judge(bytes: Uint8Array, file: FileView): ReturnType<typeof decodeManifest> {
  const verdict = decodeManifest(bytes, blake3);
  if (!verdict.ok) return verdict;
  const { fileId, size, digest } = verdict.manifest;
  if (fileId !== file.fileId || size !== file.size || digest !== file.digest)
    return { ok: false, reason: 'its manifest is not that of the file in the table' };
  return verdict;
}
