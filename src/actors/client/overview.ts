/** The master's messages about the cluster as a whole, in the words of the domain. */
import { keeperId, wallMs } from '../../domain/ids.js';
import { toFileView } from '../../rpc/file-message.js';
import type {
  FsckResponse,
  Keeper,
  StatusResponse,
  VerifyResponse,
} from '../../rpc/generated/reelkeep/v1/client.js';
import { fromScrubMessage } from '../../rpc/scrub-message.js';
import { fsckProblemOf, keeperStateOf, modeOf, securityOf } from '../../rpc/words.js';
import type { ClusterStatus, Finding, KeeperInfo, Verification } from './cluster.js';

export const toKeeperInfo = (keeper: Keeper): KeeperInfo => ({
  keeper: keeperId(keeper.keeperId),
  address: keeper.address,
  state: keeperStateOf(keeper.state),
  lastHeartbeatMs: keeper.lastHeartbeatMs,
  usedBytes: keeper.usedBytes,
  freeBytes: keeper.freeBytes,
  replicas: keeper.replicas,
  disk: keeper.diskSuspect ? 'suspect' : 'sound',
  ...(keeper.scrub && { scrub: fromScrubMessage(keeper.scrub) }),
  ...(keeper.traffic && { traffic: keeper.traffic }),
});

export const toClusterStatus = (status: StatusResponse): ClusterStatus => ({
  epoch: status.epoch,
  mode: modeOf(status.mode),
  modeReason: status.modeReason,
  keepers: {
    alive: status.keepersAlive,
    suspect: status.keepersSuspect,
    lost: status.keepersLost,
  },
  files: status.files,
  bytes: status.bytes,
  belowTarget: status.belowTarget,
  missing: status.missing,
  copiesInFlight: status.copiesInFlight,
  surplus: status.surplus,
  bytesToCopy: status.bytesToCopy,
  uploadsInProgress: status.uploadsInProgress,
  deletionsDue: status.deletionsDue,
  settled: status.settled,
  security: securityOf(status.security),
  ...toSnapshots(status),
});

function toSnapshots({
  snapshot,
  snapshotFailure: failure,
}: StatusResponse): Pick<ClusterStatus, 'snapshot' | 'snapshotFailure'> {
  return {
    ...(snapshot && {
      snapshot: {
        name: snapshot.name,
        takenAt: wallMs(snapshot.takenAtMs),
        files: snapshot.files,
      },
    }),
    ...(failure && {
      snapshotFailure: { at: wallMs(failure.failedAtMs), reason: failure.reason },
    }),
  };
}

export function toVerification(told: VerifyResponse): Verification {
  if (told.file !== undefined) return { type: 'file', file: toFileView(told.file) };
  return {
    type: 'replica',
    keeper: keeperId(told.keeperId),
    address: told.address,
    sound: told.sound,
    reason: told.reason,
    verifiedAt: wallMs(told.verifiedAtMs),
  };
}

export const toFinding = (told: FsckResponse): Finding => ({
  name: told.name,
  fileId: told.fileId,
  problem: fsckProblemOf(told.problem),
  live: told.live,
  target: told.target,
  reason: told.reason,
});
