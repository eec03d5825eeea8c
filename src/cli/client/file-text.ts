/** A file as people see it. */

import { timeText } from '../../actors/client/file-json.js';
import type { FileView, ReplicaView } from '../../domain/file-view.js';
import type { ReplicaState } from '../../domain/keeper-view.js';
import type { Mp4Facts, Mp4Track } from '../../domain/mp4-facts.js';
import { alignColumns } from '../columns.js';
import { clockText } from '../duration.js';
import type { Paint } from '../paint.js';
import { plainText } from '../plain-text.js';
import { sizeText } from '../size-text.js';

export function fileText(file: FileView, paint: Paint): string {
  const facts: [string, string][] = [
    ['name', file.name],
    ['file id', file.fileId],
    ['size', `${sizeText(file.size)} (${file.size} bytes)`],
    ['digest', file.digest],
    ['created', timeText(file.createdAt)],
    ['video', videoText(file.mp4)],
    ['replicas', replicaCountText(file, paint)],
  ];
  const replicas = file.replicas.map((replica) => replicaRow(replica, paint));
  return [...alignColumns(facts), ...alignColumns(replicas).map((row) => `  ${row}`)].join('\n');
}

/** One line of `ls -l`, of fixed widths because names are streamed. */
export function listLine(file: FileView, paint: Paint): string {
  return [
    sizeText(file.size).padStart(10),
    (file.mp4.kind === 'mp4' ? clockText(file.mp4.durationMs) : '-').padStart(9),
    pictureText(file.mp4).padStart(10),
    codecText(file.mp4).padEnd(4),
    startText(file.mp4).padEnd(9),
    replicaCountText(file, paint),
    timeText(file.createdAt),
    file.name,
  ].join('  ');
}

export const liveCount = (file: FileView): number =>
  file.replicas.filter((replica) => replica.state === 'live').length;

function replicaCountText(file: FileView, paint: Paint): string {
  const live = liveCount(file);
  const text = `${live}/${file.target}`;
  if (live === 0) return paint.red(text);
  return live < file.target ? paint.yellow(text) : text;
}

function replicaRow(replica: ReplicaView, paint: Paint): string[] {
  return [
    paintState(replica.state, paint),
    replica.keeper,
    replica.address,
    `verified ${timeText(replica.verifiedAt)}`,
    replica.path,
  ];
}

function paintState(state: ReplicaState, paint: Paint): string {
  if (state === 'live') return paint.green(state);
  return state === 'lost' || state === 'quarantined' ? paint.red(state) : paint.yellow(state);
}

function videoText(facts: Mp4Facts): string {
  if (facts.kind === 'not mp4') return 'not an mp4';
  if (facts.kind === 'unreadable')
    return `an mp4 that could not be read: ${plainText(facts.reason)}`;
  const start = facts.faststart ? 'faststart' : 'not faststart';
  const tracks = facts.tracks.map(trackText);
  return [clockText(facts.durationMs), start, ...tracks].join(', ');
}

const trackText = ({ type, codec, width, height }: Mp4Track): string =>
  `${type} ${plainText(codec)}${width === undefined ? '' : ` ${width}x${height}`}`;

function pictureText(facts: Mp4Facts): string {
  const video = videoTrack(facts);
  return video?.width === undefined ? '-' : `${video.width}x${video.height}`;
}

const codecText = (facts: Mp4Facts): string =>
  plainText(videoTrack(facts)?.codec.split('.')[0] ?? '-');

const startText = (facts: Mp4Facts): string =>
  facts.kind !== 'not mp4' && facts.faststart ? 'faststart' : '-';

const videoTrack = (facts: Mp4Facts): Mp4Track | undefined =>
  facts.kind === 'mp4' ? facts.tracks.find((track) => track.type === 'video') : undefined;
