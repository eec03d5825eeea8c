/** The digests of a file's chunks, from any keeper whose manifest agrees with the master's table. */
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import type { KeeperId } from '../../domain/ids.js';
import { decodeManifest, type Manifest } from '../../domain/manifest.js';
import type { TransferSource } from '../../domain/transfer-source.js';
import { blake3 } from '../../storage/blake3.js';
import type { BufferSource } from '../../transfer/chunk-buffers.js';
import type { KeeperLender } from '../runtime/keeper-connections.js';
import { clientLimits } from './client-limits.js';
import { pause } from './pause.js';
import { signedTicket } from './transfer-source.js';

export interface ManifestRead {
  readonly file: FileView;
  readonly sources: readonly TransferSource[];
  readonly keepers: KeeperLender;
  readonly buffers: BufferSource;
  readonly signal: AbortSignal;
  onBadManifest(source: TransferSource): void;
}

/** What a keeper's answer came to. */
interface Told {
  readonly keeper: KeeperId;
  readonly manifest: Manifest | ReelkeepError;
}

/**
 * Asks one keeper after the other, and the next one as well while nobody has answered for a while:
 * one that takes the request and says nothing holds up no download.
 *
 * @throws ReelkeepError why the last one failed
 */
export async function readManifest(read: ManifestRead): Promise<Manifest> {
  const over = new AbortController();
  const signal = AbortSignal.any([read.signal, over.signal]);
  const asked = new Map<KeeperId, Promise<Told>>();
  let failure = new ReelkeepError('unavailable', 'no replica of the file can be reached now');
  const sources = read.sources.values();
  try {
    for (let next = sources.next(); !next.done || asked.size > 0; next = sources.next()) {
      read.signal.throwIfAborted();
      if (!next.done) asked.set(next.value.keeper, ask(next.value, { ...read, signal }));
      const told = await firstOf(asked.values(), !next.done, signal);
      if (told === undefined) continue;
      asked.delete(told.keeper);
      if (!(told.manifest instanceof ReelkeepError)) return told.manifest;
      failure = told.manifest;
    }
    throw failure;
  } finally {
    over.abort(new ReelkeepError('unavailable', 'the manifest is not awaited any more'));
    await Promise.all(asked.values());
  }
}

/** @returns nothing when nobody has answered for so long that another one is to be asked */
async function firstOf(
  asked: Iterable<Promise<Told>>,
  isMoreToAsk: boolean,
  signal: AbortSignal,
): Promise<Told | undefined> {
  if (!isMoreToAsk) return await Promise.race(asked);
  const told = new AbortController();
  const late = pause(clientLimits.askNextMs, AbortSignal.any([signal, told.signal]));
  try {
    return await Promise.race([...asked, late.then(() => undefined)]);
  } finally {
    told.abort();
  }
}

async function ask(source: TransferSource, read: ManifestRead): Promise<Told> {
  const { keeper } = source;
  try {
    const verdict = judge(await fetchBytes(source, read), read.file);
    if (verdict.ok) return { keeper, manifest: verdict.manifest };
    read.onBadManifest(source);
    return { keeper, manifest: new ReelkeepError('integrity', `${keeper}: ${verdict.reason}`) };
  } catch (error) {
    const { code, detail } = toPlainError(error);
    return { keeper, manifest: new ReelkeepError(code, `${keeper}: ${detail}`, { cause: error }) };
  }
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
