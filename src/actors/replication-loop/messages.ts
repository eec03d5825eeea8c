import type { FileRecord } from '../../domain/file-record.js';
import type { Digest, FileId, KeeperId } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';

export type MasterMode = 'recovering' | 'safe mode' | 'serving';

/** Which files a survey walks: all of them, or those with a replica on one keeper. */
type SurveyScope = { readonly all: true } | { readonly keeper: KeeperId };

export type ReplicationMessage =
  | { readonly type: 'mode changed'; readonly mode: MasterMode }
  /** State, incarnation, report, disk or space of a keeper changed. */
  | { readonly type: 'keeper changed'; readonly view: KeeperView }
  | { readonly type: 'file changed'; readonly file: FileRecord }
  | { readonly type: 'file gone'; readonly fileId: FileId }
  /** Answer to `survey`; `next` is where to go on, absent at the end. */
  | {
      readonly type: 'files surveyed';
      readonly scope: SurveyScope;
      readonly files: readonly FileRecord[];
      readonly next?: FileId;
    }
  | {
      readonly type: 'copy ended';
      readonly fileId: FileId;
      readonly destination: KeeperId;
      readonly outcome: 'stored' | 'failed';
    }
  /** The replicas that stay were verified, and the keeper has been told. */
  | { readonly type: 'drop ordered'; readonly fileId: FileId; readonly keeper: KeeperId }
  /** A drop may not be, or the keeper has carried it out. */
  | {
      readonly type: 'drop ended';
      readonly fileId: FileId;
      readonly keeper: KeeperId;
      readonly outcome: 'dropped' | 'refused';
    }
  /** The monitor found that this process did not run for a while: what is lost may come back. */
  | { readonly type: 'master paused' }
  | { readonly type: 'tick' };

export type ReplicationEffect =
  | {
      readonly type: 'survey';
      readonly scope: SurveyScope;
      readonly after?: FileId;
      readonly limit: number;
    }
  | {
      readonly type: 'copy';
      readonly fileId: FileId;
      readonly size: number;
      readonly digest: Digest;
      /** Best first. */
      readonly sources: readonly KeeperId[];
      readonly destination: KeeperId;
    }
  | {
      readonly type: 'drop';
      readonly fileId: FileId;
      readonly keeper: KeeperId;
      readonly incarnation: number;
      /** `quarantined`: only what was set aside goes. */
      readonly why: 'surplus' | 'quarantined';
      /** The live replicas that stay: read again by their keepers before the table is asked. */
      readonly staying: readonly { readonly keeper: KeeperId; readonly incarnation: number }[];
      /** What has not been read again by then is of no use to this drop. */
      readonly verifyWithinMs: number;
    }
  | { readonly type: 'counts'; readonly counts: ReplicationCounts };

/** Files, except `copiesInFlight` and `surplus`, which count replicas, and bytes. */
export interface ReplicationCounts {
  readonly belowTarget: number;
  readonly missing: number;
  readonly copiesInFlight: number;
  readonly surplus: number;
  /** Of replicas that are wanted and not there yet, those in flight included. */
  readonly bytesToCopy: number;
  /** No survey is due or under way, so the other numbers are whole. */
  readonly settled: boolean;
}

/** Before the first word of the loop. */
export const nothingCounted: ReplicationCounts = {
  belowTarget: 0,
  missing: 0,
  copiesInFlight: 0,
  surplus: 0,
  bytesToCopy: 0,
  settled: false,
};
