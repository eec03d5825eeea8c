/** Numbers and times for people. */
import type { FileJson, Mp4Json, ReplicaJson } from '../../src/actors/gateway/api-shapes.js';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

export function sizeText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // 1023.95 would be shown as 1024.0 of the smaller unit.
  while (amount >= (unit === 0 ? 1024 : 1023.95) && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(amount)} B` : `${amount.toFixed(1)} ${units[unit]}`;
}

export const rateText = (bytesPerSecond: number): string => `${sizeText(bytesPerSecond)}/s`;

const whole = new Intl.NumberFormat('en');

export const countText = (count: number): string => whole.format(count);

/** `1 file`, `2,000 files`. */
export const amountText = (count: number, noun: string): string =>
  `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

/** `0:04`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const two = (part: number): string => String(part).padStart(2, '0');
  return hours === 0 ? `${minutes}:${two(rest)}` : `${hours}:${two(minutes)}:${two(rest)}`;
}

/** In one unit: `4 s`, `5 min`, `2 h`, `30 d`. */
export function spanText(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** A keeper beats every second: what is that fresh needs no number. */
export const heartbeatText = (ms: number): string =>
  ms < 3000 ? 'just now' : `${spanText(ms)} ago`;

/** @param at RFC 3339; one of 1970 says that it never was */
export function agoText(at: string, nowMs: number): string {
  const ms = Date.parse(at);
  if (ms === 0) return 'never';
  return nowMs - ms < 5000 ? 'just now' : `${spanText(nowMs - ms)} ago`;
}

const dates = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const times = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' });

export const dateText = (at: string): string => dates.format(Date.parse(at));
export const dayText = (at: string): string => days.format(Date.parse(at));
export const timeText = (at: string): string => times.format(Date.parse(at));

export const percentText = (part: number, of: number): string =>
  of === 0 ? '0 %' : `${Math.floor((100 * part) / of)} %`;

const isLive = ({ state }: ReplicaJson): boolean => state === 'live';

export const liveOf = ({ replicas }: Pick<FileJson, 'replicas'>): number =>
  replicas.filter(isLive).length;

/** `H.264 1280 × 720`, or what there is of it. */
export function pictureText(mp4: Mp4Json | null): string {
  const video = mp4?.tracks.find(({ type }) => type === 'video');
  if (video === undefined) return '';
  const size = video.width === undefined ? '' : ` ${video.width} × ${video.height}`;
  return `${codecText(video.codec)}${size}`;
}

const codecs: readonly (readonly [prefix: RegExp, name: string])[] = [
  [/^avc[13]/, 'H.264'],
  [/^(hvc1|hev1)/, 'H.265'],
  [/^av01/, 'AV1'],
  [/^vp09/, 'VP9'],
  [/^mp4a/, 'AAC'],
  [/^opus/i, 'Opus'],
];

export const codecText = (codec: string): string =>
  codecs.find(([prefix]) => prefix.test(codec))?.[1] ?? (codec === '' ? 'unknown' : codec);

/** The last part of a name. */
export const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
