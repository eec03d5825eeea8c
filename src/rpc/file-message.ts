/** Files, what keepers hold of them, and their facts between the domain and the wire. */
import type { ManifestFacts } from '../domain/file-record.js';
import type { FileView } from '../domain/file-view.js';
import {
  type Digest,
  digest,
  type FileId,
  fileId,
  keeperId,
  type UploadId,
  wallMs,
} from '../domain/ids.js';
import type { Mp4Facts, Mp4Track } from '../domain/mp4-facts.js';
import {
  type File,
  Mp4Facts_Kind,
  type Mp4Facts as Mp4FactsWire,
  Mp4Track_Type,
  type Mp4Track as Mp4TrackWire,
} from './generated/reelkeep/v1/common.js';
import type {
  InventoryEntry,
  ManifestFacts as ManifestFactsWire,
} from './generated/reelkeep/v1/keeper.js';
import { replicaStateOf, replicaStates, wordOf } from './words.js';

export const toFileMessage = (file: FileView): File => ({
  name: file.name,
  fileId: file.fileId,
  size: file.size,
  digest: file.digest,
  createdAtMs: file.createdAt,
  target: file.target,
  mp4: toMp4Message(file.mp4),
  replicas: file.replicas.map((replica) => ({
    keeperId: replica.keeper,
    address: replica.address,
    state: replicaStates[replica.state],
    verifiedAtMs: replica.verifiedAt,
    path: replica.path,
  })),
});

export const toFileView = (file: File): FileView => ({
  name: file.name,
  fileId: fileId(file.fileId),
  size: file.size,
  digest: digest(file.digest),
  createdAt: wallMs(file.createdAtMs),
  target: file.target,
  mp4: fromMp4Message(file.mp4),
  replicas: file.replicas.map((replica) => ({
    keeper: keeperId(replica.keeperId),
    address: replica.address,
    state: replicaStateOf(replica.state),
    verifiedAt: wallMs(replica.verifiedAtMs),
    path: replica.path,
  })),
});

/** What lies on a keeper's disk of a file; `facts` are those of its manifest. */
interface FoundReplica {
  readonly fileId: FileId;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  readonly uploadId: UploadId;
  readonly quarantined: boolean;
  readonly aside: boolean;
  readonly facts?: ManifestFacts;
}

export const toInventoryMessage = ({ facts, ...entry }: FoundReplica): InventoryEntry => ({
  ...entry,
  facts: facts && toFactsMessage(facts),
});

export const toFactsMessage = ({ createdAt, mp4, ...facts }: ManifestFacts): ManifestFactsWire => ({
  ...facts,
  createdAtMs: createdAt,
  mp4: toMp4Message(mp4),
});

export const fromFactsMessage = (facts: ManifestFactsWire): ManifestFacts => ({
  name: facts.name,
  createdAt: wallMs(facts.createdAtMs),
  target: facts.target,
  mp4: fromMp4Message(facts.mp4),
});

const nothing: Mp4FactsWire = {
  kind: Mp4Facts_Kind.NOT_MP4,
  durationMs: 0,
  faststart: false,
  fragmented: false,
  tracks: [],
  reason: '',
};

export function toMp4Message(facts: Mp4Facts): Mp4FactsWire {
  switch (facts.kind) {
    case 'mp4':
      return {
        ...nothing,
        kind: Mp4Facts_Kind.MP4,
        durationMs: facts.durationMs,
        faststart: facts.faststart,
        fragmented: facts.fragmented,
        tracks: facts.tracks.map(toTrackMessage),
      };
    case 'unreadable':
      return {
        ...nothing,
        kind: Mp4Facts_Kind.UNREADABLE,
        faststart: facts.faststart,
        reason: facts.reason,
      };
    case 'not mp4':
      return nothing;
  }
}

export function fromMp4Message(facts: Mp4FactsWire | undefined): Mp4Facts {
  switch (facts?.kind) {
    case Mp4Facts_Kind.MP4:
      return {
        kind: 'mp4',
        durationMs: facts.durationMs,
        faststart: facts.faststart,
        fragmented: facts.fragmented,
        tracks: facts.tracks.map(fromTrackMessage),
      };
    case Mp4Facts_Kind.UNREADABLE:
      return { kind: 'unreadable', faststart: facts.faststart, reason: facts.reason };
    default:
      return { kind: 'not mp4' };
  }
}

const trackTypes = {
  video: Mp4Track_Type.VIDEO,
  audio: Mp4Track_Type.AUDIO,
  subtitle: Mp4Track_Type.SUBTITLE,
  other: Mp4Track_Type.OTHER,
} as const satisfies Record<Mp4Track['type'], Mp4Track_Type>;

const toTrackMessage = (track: Mp4Track): Mp4TrackWire => ({
  type: trackTypes[track.type],
  codec: track.codec,
  width: track.width ?? 0,
  height: track.height ?? 0,
});

const fromTrackMessage = (track: Mp4TrackWire): Mp4Track => ({
  type: wordOf(trackTypes, track.type, 'other'),
  codec: track.codec,
  ...(track.width > 0 && track.height > 0 ? { width: track.width, height: track.height } : {}),
});
