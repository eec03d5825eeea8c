/** Whether data that was read from a disk has the shape of `Mp4Facts`. */
import type { Mp4Facts, Mp4Track } from './mp4-facts.js';

const trackTypes: readonly unknown[] = [
  'video',
  'audio',
  'subtitle',
  'other',
] satisfies Mp4Track['type'][];

export function isMp4Facts(value: unknown): value is Mp4Facts {
  if (!isRecord(value)) return false;
  switch (value['kind']) {
    case 'not mp4':
      return true;
    case 'unreadable':
      return typeof value['faststart'] === 'boolean' && typeof value['reason'] === 'string';
    case 'mp4':
      return (
        isAmount(value['durationMs']) &&
        typeof value['faststart'] === 'boolean' &&
        typeof value['fragmented'] === 'boolean' &&
        Array.isArray(value['tracks']) &&
        value['tracks'].every(isTrack)
      );
    default:
      return false;
  }
}

const isTrack = (value: unknown): value is Mp4Track =>
  isRecord(value) &&
  trackTypes.includes(value['type']) &&
  typeof value['codec'] === 'string' &&
  (value['width'] === undefined || isAmount(value['width'])) &&
  (value['height'] === undefined || isAmount(value['height']));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAmount = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
