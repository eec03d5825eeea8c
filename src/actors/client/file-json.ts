/** A file as scripts and the console see it. */
import type { FileJson, Mp4Json } from '../../domain/file-json.js';
import type { FileView } from '../../domain/file-view.js';
import type { WallMs } from '../../domain/ids.js';
import type { Mp4Facts } from '../../domain/mp4-facts.js';

export function toFileJson(file: FileView): FileJson {
  return {
    name: file.name,
    fileId: file.fileId,
    size: file.size,
    digest: file.digest,
    createdAt: timeText(file.createdAt),
    target: file.target,
    replicas: file.replicas.map((replica) => ({
      keeper: replica.keeper,
      address: replica.address,
      state: replica.state,
      verifiedAt: timeText(replica.verifiedAt),
      path: replica.path,
    })),
    mp4: toMp4Json(file.mp4),
  };
}

/** Null for what is no mp4; `problem` says why the facts of an mp4 could not be read. */
function toMp4Json(facts: Mp4Facts): Mp4Json | null {
  switch (facts.kind) {
    case 'mp4':
      return {
        durationMs: facts.durationMs,
        faststart: facts.faststart,
        tracks: facts.tracks,
        fragmented: facts.fragmented,
      };
    case 'unreadable':
      return { durationMs: 0, faststart: facts.faststart, tracks: [], problem: facts.reason };
    case 'not mp4':
      return null;
  }
}

/** RFC 3339, in UTC. */
export const timeText = (at: WallMs): string => new Date(at).toISOString();
