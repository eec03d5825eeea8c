/** A file as people and scripts see it: what the table says, judged by the state of its keepers now. */
import { type FileRecord, replicaPath } from './file-record.js';
import type { Digest, FileId, KeeperId, WallMs } from './ids.js';
import { type KeeperViews, type ReplicaState, replicaState } from './keeper-view.js';
import type { Mp4Facts } from './mp4-facts.js';

export interface FileView {
  readonly name: string;
  readonly fileId: FileId;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  readonly createdAt: WallMs;
  readonly target: number;
  readonly replicas: readonly ReplicaView[];
  readonly mp4: Mp4Facts;
}

export interface ReplicaView {
  readonly keeper: KeeperId;
  /** `host:port`; empty when the keeper is not known any more. */
  readonly address: string;
  readonly state: ReplicaState;
  readonly verifiedAt: WallMs;
  /** Relative to the keeper's root. */
  readonly path: string;
}

export function viewFile(file: FileRecord, keepers: KeeperViews): FileView {
  return {
    name: file.name,
    fileId: file.fileId,
    size: file.size,
    digest: file.digest,
    createdAt: file.createdAt,
    target: file.target,
    mp4: file.mp4,
    replicas: file.replicas
      .filter((replica) => replica.standing !== 'dropping')
      .map((replica) => ({
        keeper: replica.keeper,
        address: keepers.get(replica.keeper)?.address ?? '',
        state: replicaState(replica, keepers),
        verifiedAt: replica.verifiedAt,
        path: replicaPath(file.fileId),
      })),
  };
}
