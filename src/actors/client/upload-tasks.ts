/** What the upload machine has done for it, each as one task. */
import { backoffMs } from '../../domain/backoff.js';
import { type ErrorCode, ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import { fileId, type KeeperId, type UploadId } from '../../domain/ids.js';
import type { Placement, UploadEvent } from '../../machines/upload.machine.js';
import { toFileView } from '../../rpc/file-message.js';
import { BufferQuota } from '../../transfer/chunk-buffers.js';
import type { Lease } from '../runtime/keeper-connections.js';
import { clientLimits } from './client-limits.js';
import type { PutRequest, TransferProgress } from './cluster.js';
import { pause } from './pause.js';
import type { Resources } from './resources.js';
import type { TaskWork } from './tasks.js';
import { mayPass, signedTicket, toTransferSource } from './transfer-source.js';
import type { UploadSource } from './upload-source.js';

export interface UploadWorld {
  readonly request: PutRequest;
  readonly source: UploadSource;
  /** Why the source is no whole mp4; empty when it is one. */
  readonly structureProblem: string;
  readonly resources: Resources;
  report(progress: Partial<TransferProgress>): void;
}

type Work<Input> = TaskWork<Input, UploadEvent>;

export const requestPlacement =
  (world: UploadWorld): Work<{ uploadId: UploadId; excluded: readonly KeeperId[] }> =>
  async ({ uploadId, excluded }, _, signal) => {
    const { request, source, structureProblem } = world;
    const { master } = world.resources;
    try {
      const response = await master.beginUpload(
        {
          uploadId,
          name: request.name,
          size: source.size,
          target: request.target ?? 0,
          acks: request.acks ?? 0,
          replace: request.replace ?? false,
          structureProblem,
          excludedKeeperIds: excluded,
        },
        { signal },
      );
      if (response.keeper === undefined) return { type: 'committed' };
      const keeper = toTransferSource(response.keeper);
      return { type: 'placed', placement: { fileId: fileId(response.fileId), keeper } };
    } catch (error) {
      return { type: mayPass(error) ? 'unreachable' : 'refused', error: toPlainError(error) };
    }
  };

export const sendBytes =
  (world: UploadWorld): Work<{ uploadId: UploadId; placement: Placement | undefined }> =>
  async ({ uploadId, placement }, tell, signal) => {
    if (placement === undefined) throw new ReelkeepError('internal', 'sending before a placement');
    const { source, resources } = world;
    const { fileId, keeper } = placement;
    let lease: Lease | undefined;
    let bytes = 0;
    try {
      lease = await resources.keepers.take(keeper, signal);
      await lease.connection.put({
        ticket: signedTicket(keeper),
        fileId,
        uploadId,
        source: source.chunks(() => tell({ type: 'all sent' })),
        buffers: new BufferQuota(resources.buffers, clientLimits.chunkBuffersPerUpload),
        onProgress: (sent) => {
          bytes += sent;
          world.report({ bytes });
          if (bytes < source.size) tell({ type: 'progressed' });
        },
        signal,
      });
      return { type: 'stored' };
    } catch (error) {
      if (source.failure !== undefined) throw source.failure;
      return keeperFailed(error, lease?.reused ? undefined : keeper.keeper);
    } finally {
      lease?.release();
    }
  };

/** Says that a permission was not good enough: another one may be, from the same keeper. */
const aboutTicket: ReadonlySet<ErrorCode> = new Set(['stale', 'not-allowed']);

function keeperFailed(cause: unknown, keeper: KeeperId | undefined): UploadEvent {
  const told = toPlainError(cause);
  if (told.code === 'refused-input') return { type: 'refused', error: told };
  // Of a keeper it is about bytes that are there already, not about the name.
  const error = told.code === 'conflict' ? { ...told, code: 'unavailable' as const } : told;
  const exclude = aboutTicket.has(told.code) ? undefined : keeper;
  return { type: 'keeper failed', error, ...(exclude === undefined ? {} : { exclude }) };
}

export const watchMaster =
  (world: UploadWorld): Work<{ uploadId: UploadId }> =>
  async ({ uploadId }, tell, signal) => {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        const end = await hearOut(world, uploadId, tell, signal);
        if (end !== undefined) return end;
      } catch (error) {
        if (!mayPass(error)) return { type: 'refused', error: toPlainError(error) };
      }
      await pause(backoffMs(attempt, uploadId, clientLimits.watchRetryMs), signal);
    }
    return undefined;
  };

/** @returns how it ended; nothing when the master stopped telling before */
async function hearOut(
  world: UploadWorld,
  uploadId: UploadId,
  tell: (event: UploadEvent) => void,
  signal: AbortSignal,
): Promise<UploadEvent | undefined> {
  const { resources, report, source } = world;
  let replicasBefore = 0;
  for await (const news of resources.master.awaitUpload({ uploadId }, { signal })) {
    const { replicas, target, acked, file } = news;
    report({ replicas, target });
    if (replicas > replicasBefore) tell({ type: 'progressed' });
    replicasBefore = replicas;
    if (file === undefined) continue;
    const end = await compare(world, toFileView(file));
    if (end.type === 'other bytes') return end;
    if (!acked) continue;
    report({ bytes: source.size });
    return end;
  }
  return undefined;
}

/** The digest in the table is what a keeper has told: only who has the file knows what it should be. */
async function compare({ source }: UploadWorld, file: FileView): Promise<UploadEvent> {
  if (await source.isSame(file)) return { type: 'acked', file };
  const detail = `the keeper that was to store "${file.name}" told the master of other bytes than ${source.path} has; remove "${file.name}", and find out about ${keepersOf(file)}`;
  return { type: 'other bytes', error: { code: 'integrity', detail } };
}

const keepersOf = ({ replicas }: FileView): string =>
  replicas.map(({ keeper }) => keeper).join(', ') || 'its keeper';

export const abandonUpload =
  (world: UploadWorld): Work<{ uploadId: UploadId }> =>
  async ({ uploadId }) => {
    const { master, patienceMs } = world.resources;
    const timeoutMs = Math.min(clientLimits.abandonTimeoutMs, patienceMs);
    try {
      await master.abandonUpload({ uploadId }, { timeoutMs });
      return { type: 'name is free' };
    } catch (cause) {
      const error = toPlainError(cause);
      // The master has never heard of it, or has forgotten it.
      if (error.code === 'not-found') return { type: 'name is free' };
      if (error.code !== 'conflict') return { type: 'unreachable', error };
    }
    return askWhatCame(world, uploadId);
  };

/** Too late to give the upload up: it is in the table, acked or not. */
async function askWhatCame(world: UploadWorld, uploadId: UploadId): Promise<UploadEvent> {
  const timeoutMs = clientLimits.abandonTimeoutMs;
  try {
    const news = world.resources.master
      .awaitUpload({ uploadId }, { timeoutMs })
      [Symbol.asyncIterator]();
    const { value } = await news.next();
    await news.return?.();
    if (value?.file === undefined) return { type: 'committed' };
    const end = await compare(world, toFileView(value.file));
    return end.type === 'acked' && !value.acked ? { type: 'committed' } : end;
  } catch (cause) {
    return { type: 'unreachable', error: toPlainError(cause) };
  }
}
