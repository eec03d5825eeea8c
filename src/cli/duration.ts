/** Durations as people write them: `250ms`, `3s`, `5m`, `1h`, `30d`. */
import { ReelkeepError } from '../domain/errors.js';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * @returns milliseconds
 * @throws ReelkeepError `usage`
 */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const scale = unitMs[unit ?? ''];
  if (amount === undefined || scale === undefined)
    throw new ReelkeepError('usage', `"${text}" is no duration; write 250ms, 3s, 5m, 1h or 30d`);
  return Math.round(Number(amount) * scale);
}

/** 20 d: timers end at once when asked for more than 24, and waits are added to some of these. */
const waitMsMax = 20 * 86_400_000;

/**
 * A duration that can be waited for: not zero, at most 20 days.
 * @returns milliseconds
 * @throws ReelkeepError `usage`
 */
export function parseWait(text: string): number {
  const ms = parseDuration(text);
  if (ms < 1 || ms > waitMsMax) throw new ReelkeepError('usage', 'give a time from 1ms to 20d');
  return ms;
}

/** 10 years. */
const periodMsMax = 3_650 * 86_400_000;

/**
 * How often something is done: nothing waits so long in one go.
 * @returns milliseconds
 * @throws ReelkeepError `usage`
 */
export function parsePeriod(text: string): number {
  const ms = parseDuration(text);
  if (ms < 1_000 || ms > periodMsMax)
    throw new ReelkeepError('usage', 'give a time from 1s to 3650d');
  return ms;
}
/**
 * How often something happens: a duration that can be waited for, or `off` for never.
 * @throws ReelkeepError `usage`
 */
export const parseRecurrence = (text: string): number | 'off' =>
  text.trim() === 'off' ? 'off' : parseWait(text);

/** Short, for people: `4:05`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, minutes, rest] = parts.map((part) => String(part).padStart(2, '0'));
  return parts[0] === 0 ? `${parts[1]}:${rest}` : `${Number(hours)}:${minutes}:${rest}`;
}

/** How long ago or how long it took, in one unit: `250 ms`, `3.0 s`, `5 min`, `2 h`, `30 d`. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}
