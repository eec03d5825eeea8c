/** What keepers report of single replicas, each taken into the table before it is answered. */

import { ReelkeepError } from '../../domain/errors.js';
import { type KeeperId, keeperId } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import { withinLimits } from '../../domain/mp4-facts.js';
import type { KeeperHandlers } from '../../rpc/control-server.js';
import { fromMp4Message } from '../../rpc/file-message.js';
import type { KeeperStamp, ReportStoredRequest } from '../../rpc/generated/reelkeep/v1/keeper.js';
import { rpcLimits } from '../../rpc/limits.js';
import { verifiedOutcomes, wordOf } from '../../rpc/words.js';
import { checkedDigest, checkedFileId, checkedUploadId } from './checked-ids.js';
import { stampedBy } from './keeper-handlers.js';
import { doubtReplica } from './verify-handlers.js';
import type { MasterWorld } from './world.js';

export function createReportHandlers(
  world: MasterWorld,
): Pick<KeeperHandlers, 'reportStored' | 'reportFailed' | 'reportVerified' | 'reportDropped'> {
  return {
    async reportStored(request) {
      const { keeper, incarnation } = reportedBy(world, request.stamp);
      const verdict = await world.table.ask('record stored', {
        keeper,
        incarnation,
        at: world.wallMs(),
        ...storedOf(request),
      });
      if (!verdict.accepted) refuseWhileInDoubt(world, keeper, verdict.reason);
      if (request.uploadId === '') {
        const outcome = verdict.accepted ? 'stored' : 'failed';
        world.loop.post({
          type: 'copy ended',
          fileId: checkedFileId(request.fileId),
          destination: keeper,
          outcome,
        });
      }
      const reason = verdict.accepted ? '' : verdict.reason;
      return { accepted: verdict.accepted, reason, commit: world.summary().commit };
    },

    async reportFailed(request) {
      const { keeper } = reportedBy(world, request.stamp);
      const { code, detail, fileId: file } = request;
      const told = { code: briefly(code), detail: briefly(detail), file: briefly(file) };
      world.log.warn({ keeper, ...told }, 'transfer failed on a keeper');
      if (request.uploadId !== '') return {};
      const id = checkedFileId(file);
      world.loop.post({ type: 'copy ended', fileId: id, destination: keeper, outcome: 'failed' });
      if (request.badSourceKeeperId !== '')
        await doubtReplica(world, id, keeperId(request.badSourceKeeperId));
      return {};
    },

    async reportVerified(request) {
      const { keeper, incarnation } = reportedBy(world, request.stamp);
      const id = checkedFileId(request.fileId);
      const outcome = wordOf(verifiedOutcomes, request.outcome, 'unknown');
      if (outcome !== 'unknown')
        await world.table.ask('record verified', {
          keeper,
          incarnation,
          fileId: id,
          outcome,
          at: world.wallMs(),
        });
      const reason = briefly(request.reason);
      if (outcome === 'unreadable')
        world.log.error({ keeper, file: id, reason }, 'replica unreadable');
      const { challenge, proof: answer } = request;
      world.verifications.tell(id, keeper, {
        outcome: outcome === 'unreadable' ? 'unknown' : outcome,
        reason,
        ...(challenge !== '' && { proof: { challenge, answer } }),
      });
      return {};
    },

    async reportDropped(request) {
      const { keeper, incarnation } = reportedBy(world, request.stamp);
      const { quarantinedOnly } = request;
      const fileIds = request.fileIds.map(checkedFileId);
      const dropped = { keeper, incarnation, fileIds, quarantinedOnly };
      const { doubtful } = await world.table.ask('record dropped', dropped);
      for (const id of fileIds)
        world.loop.post({ type: 'drop ended', fileId: id, keeper, outcome: 'dropped' });
      if (!quarantinedOnly) world.drops.confirmed(keeper, fileIds);
      for (const id of doubtful) await doubtReplica(world, id, keeper);
      return {};
    },
  };
}

/** As `stampedBy`, and that this report has not been heard yet. @throws ReelkeepError `stale` */
function reportedBy(world: MasterWorld, stamp: KeeperStamp | undefined): KeeperView {
  const view = stampedBy(world, stamp);
  world.keepers.takeReport(view.keeper, stamp?.report ?? 0);
  return view;
}

/**
 * A table that is not trusted may have forgotten the file, and one that was made again learns of it
 * by the keeper's inventory: the keeper keeps the bytes, and asks again.
 */
function refuseWhileInDoubt(world: MasterWorld, keeper: KeeperId, reason: string): void {
  const { mode } = world.mode();
  const asFarAs = world.takingIn.has(keeper)
    ? `before all that ${keeper} holds has been taken in`
    : `in ${mode}`;
  if (mode === 'serving' && !world.takingIn.has(keeper)) return;
  throw new ReelkeepError('unavailable', `${reason}, as far as the master knows ${asFarAs}`);
}

/** It goes into the log, and into answers that have a bound. */
const briefly = (text: string): string => text.slice(0, rpcLimits.detailLengthMax);

const storedOf = (request: ReportStoredRequest) => ({
  fileId: checkedFileId(request.fileId),
  size: request.size,
  digest: checkedDigest(request.digest),
  mp4: withinLimits(fromMp4Message(request.mp4)),
  ...(request.uploadId === '' ? {} : { uploadId: checkedUploadId(request.uploadId) }),
});
