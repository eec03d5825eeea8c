/** The rows of the lookup table that no other part of Reelkeep sees. */
import type { PlainError } from './errors.js';
import type { FileId, KeeperId, UploadId, WallMs } from './ids.js';

/** What an index leads to. */
export interface FileRef {
  readonly fileId: FileId;
}
export interface UploadRef {
  readonly uploadId: UploadId;
}
export interface EndedPlace extends UploadRef {
  /** Counts the uploads that ended before. */
  readonly place: number;
}

/**
 *   reserved --first replica durable--> committed --acks reached--> ended
 *      +--abandoned, or idle too long--> ended      +--file deleted--> ended
 *
 * A reserved upload holds its name; a committed one has its file in the table and waits
 * for the replicas that its client asked for.
 */
export interface OpenUpload {
  readonly phase: 'reserved' | 'committed';
  readonly uploadId: UploadId;
  readonly fileId: FileId;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly target: number;
  readonly acks: number;
  /** Takes the place of a file that has the name when this is committed. */
  readonly replace: boolean;
  /** Every keeper that was asked to receive it. */
  readonly keepers: readonly KeeperId[];
  readonly startedAt: WallMs;
  /** It was reserved in the table that was made again: a table that was lost may have committed it. */
  readonly inDoubt?: true;
}

/** Kept so that a retry hears the same answer. */
export interface EndedUpload {
  readonly uploadId: UploadId;
  readonly fileId: FileId;
  readonly name: string;
  readonly size: number;
  readonly target: number;
  readonly acks: number;
  readonly startedAt: WallMs;
  /** As of the reservation: that it failed is not known of all tables that there were. */
  readonly inDoubt?: true;
  readonly outcome:
    | { readonly type: 'acked' }
    | { readonly type: 'failed'; readonly error: PlainError };
}

export interface TermBegun {
  /** As its master named it. */
  readonly termId: string;
  /** The last commit before it. */
  readonly beganAt: number;
  /** An operator had the table made again from what keepers hold, on the base of what was there. */
  readonly rebuilt?: true;
}

/** In order; the oldest are forgotten. */
export interface TermsBegun {
  readonly terms: readonly TermBegun[];
}

/** Kept until every holder has confirmed that the bytes are off its disk; never ended by time. */
export interface Tombstone {
  readonly fileId: FileId;
  /** Keepers that may still hold a replica; never empty. */
  readonly holders: readonly KeeperId[];
  /** Absent for garbage: a file that the table never heard of. */
  readonly deletedAt?: WallMs;
  /** The file that took its name, and the name. */
  readonly replacedBy?: FileId;
  readonly replacedAs?: string;
}

/** A keeper remembers that it carried this deletion out. */
export interface DeletedFile extends FileRef {
  /** When the table heard of it. */
  readonly deletedAt: WallMs;
}
