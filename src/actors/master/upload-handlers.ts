/** What clients ask while a file is being stored. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { fileBytesMax } from '../../domain/chunk-plan.js';
import { type PlainError, ReelkeepError } from '../../domain/errors.js';
import { viewFile } from '../../domain/file-view.js';
import { fileId, type KeeperId, keeperId, type UploadId } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import { acceptName } from '../../domain/names.js';
import { chooseKeeper } from '../../domain/placement.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import { toFileMessage } from '../../rpc/file-message.js';
import type {
  AwaitUploadResponse,
  BeginUploadRequest,
  BeginUploadResponse,
} from '../../rpc/generated/reelkeep/v1/client.js';
import { checkedUploadId } from './checked-ids.js';
import type { UploadNews } from './upload-watch.js';
import { bearerClaim, type MasterWorld } from './world.js';

export function createUploadHandlers(
  world: MasterWorld,
): Pick<ClientHandlers, 'beginUpload' | 'awaitUpload' | 'abandonUpload'> {
  return {
    async beginUpload(request, who) {
      const wish = judgeWish(request, world);
      await world.uploadShares.take(who, wish);
      const placed = placeUpload(request, world);
      if (!placed.ok) return await committedBefore(world, wish.uploadId, placed.error);
      const { view } = placed;
      const reserved = await world.table.ask('reserve upload', {
        ...wish,
        newFileId: fileId(randomBytes(16).toString('hex')),
        keeper: view.keeper,
        at: world.wallMs(),
      });
      const { fileId: id, acks, target, createdAt, committed } = reserved;
      const { epoch } = world.summary();
      const label = { name: wish.name, target, createdAt };
      // Committed by an earlier try: there is nothing to send.
      if (committed) return { fileId: id, keeper: undefined, acks, target, epoch };
      const ticket = world.tickets.issue(
        {
          operation: 'put',
          fileId: id,
          uploadId: wish.uploadId,
          size: wish.size,
          label,
          ...bearerClaim(world, who),
        },
        view,
        epoch,
        world.clockMs(),
      );
      if (ticket === undefined)
        throw new ReelkeepError('unavailable', `${view.keeper} is registering anew: try again`);
      return { fileId: id, keeper: ticket, acks, target, epoch };
    },

    async *awaitUpload(request, signal) {
      const uploadId = checkedUploadId(request.uploadId);
      const ask = (): Promise<UploadNews> => world.table.ask('find upload', { uploadId });
      for await (const news of world.uploads.watch(uploadId, ask, signal)) {
        if ('error' in news) throw new ReelkeepError(news.error.code, news.error.detail);
        yield toNewsMessage(news, world);
      }
    },

    async abandonUpload(request) {
      const uploadId = checkedUploadId(request.uploadId);
      const error = { code: 'unavailable', detail: 'the client gave this upload up' } as const;
      const { committed } = await world.table.ask('abandon upload', { uploadId, error });
      if (committed) throw new ReelkeepError('conflict', 'the upload had been committed before');
      return {};
    },
  };
}

function judgeWish(request: BeginUploadRequest, { config, mode }: MasterWorld) {
  const name = acceptName(request.name);
  if (!name.ok) throw new ReelkeepError('refused-input', name.reason);
  if (config.accept === 'mp4' && request.structureProblem !== '')
    throw new ReelkeepError('refused-input', request.structureProblem);
  if (request.size > fileBytesMax)
    throw new ReelkeepError('refused-input', `the file is larger than ${fileBytesMax} bytes`);
  const target = request.target === 0 ? config.replicas : request.target;
  if (target > config.targetMax)
    throw new ReelkeepError(
      'usage',
      `--target ${target}: give a number from 1 to ${config.targetMax}`,
    );
  const acks = request.acks === 0 ? Math.min(config.acks, target) : request.acks;
  if (acks > target)
    throw new ReelkeepError(
      'usage',
      `--acks ${acks}: give a number from 1 to the target, which is ${target}`,
    );
  if (request.replace && mode().mode === 'safe mode')
    throw new ReelkeepError(
      'unavailable',
      `the master is in safe mode (${mode().reason}): nothing is replaced`,
    );
  const uploadId = checkedUploadId(request.uploadId);
  return { uploadId, name: name.name, size: request.size, target, acks, replace: request.replace };
}

type Placed =
  | { readonly ok: true; readonly view: KeeperView }
  | { readonly ok: false; readonly error: PlainError };

function placeUpload(
  { size, excludedKeeperIds }: BeginUploadRequest,
  { keepers, promises, clockMs }: MasterWorld,
): Placed {
  const excluded = new Set(excludedKeeperIds.map(keeperId));
  const promised = (keeper: KeeperId) => promises.of(keeper, clockMs());
  const choice = chooseKeeper(keepers.views, { size, excluded, promised });
  if (!choice.ok) return choice;
  const view = keepers.views.get(choice.keeper);
  assert(view !== undefined, 'a keeper is chosen among those that are known');
  promises.note(view.keeper, size, clockMs());
  return { ok: true, view };
}

/**
 * S17: the retry of an upload that was committed succeeds, also when no keeper could take it now.
 *
 * @throws ReelkeepError why it cannot be placed, for any other upload
 */
async function committedBefore(
  world: MasterWorld,
  uploadId: UploadId,
  refusal: PlainError,
): Promise<BeginUploadResponse> {
  const found = await world.table.ask('find upload', { uploadId }).catch(asUnknown);
  if (found === undefined || 'error' in found || found.file === undefined)
    throw new ReelkeepError(refusal.code, refusal.detail);
  const { fileId: id, target } = found.file;
  return { fileId: id, keeper: undefined, acks: 0, target, epoch: world.summary().epoch };
}

/** Neither committed nor given up: bytes of it may be on some keeper. One that ended may have lost its file since. */
export async function isUnderWay(
  { table }: Pick<MasterWorld, 'table'>,
  id: UploadId,
): Promise<boolean> {
  const found = await table.ask('find upload', { uploadId: id }).catch(asUnknown);
  if (found === undefined || 'error' in found) return false;
  return !found.acked && found.file === undefined;
}

function asUnknown(error: unknown): undefined {
  if (error instanceof ReelkeepError && error.code === 'not-found') return undefined;
  throw error;
}

function toNewsMessage(
  news: Exclude<UploadNews, { error: unknown }>,
  world: MasterWorld,
): AwaitUploadResponse {
  const { replicas, target, acked, file } = news;
  const message =
    file === undefined ? undefined : toFileMessage(viewFile(file, world.keepers.views));
  return { replicas, target, acked, file: message };
}
