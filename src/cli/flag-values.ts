/** Values of flags: ports, shares, counts. */
import { ReelkeepError } from '../domain/errors.js';

/** @throws ReelkeepError `usage` */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new ReelkeepError('usage', 'give a port from 0 to 65535');
  return Number(text);
}

/** `5%` → 0.05. @throws ReelkeepError `usage` */
export function parseShare(text: string): number {
  const [, percent] = /^(\d{1,2}(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent === undefined)
    throw new ReelkeepError('usage', 'give a share such as 5%, below 100%');
  return Number(percent) / 100;
}

const unitBytes: Readonly<Record<string, number>> = {
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** `64MiB` a second in bytes, or `off` for no bound. @throws ReelkeepError `usage` */
export function parseRate(text: string): number | 'off' {
  if (text === 'off') return 'off';
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB)$/.exec(text) ?? [];
  const scale = unitBytes[unit ?? ''];
  if (amount === undefined || scale === undefined)
    throw new ReelkeepError('usage', 'give bytes a second such as 64MiB, or off');
  return Math.round(Number(amount) * scale);
}

/** `64GiB` in bytes. @throws ReelkeepError `usage` */
export function parseSize(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB|TiB)$/.exec(text) ?? [];
  const scale = unitBytes[unit ?? ''];
  if (amount === undefined || scale === undefined)
    throw new ReelkeepError('usage', 'give a size such as 64GiB');
  return Math.round(Number(amount) * scale);
}

/** A whole number of at least 1. @throws ReelkeepError `usage` */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || !Number.isSafeInteger(count))
    throw new ReelkeepError('usage', 'give a whole number of at least 1');
  return count;
}
