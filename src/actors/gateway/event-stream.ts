/**
 * One viewer's line: server-sent events (HTML, 9.2).
 *
 * What a viewer does not take is kept up to a bound; past it the line is cut, and its browser comes
 * back and is told everything anew.
 */
import { Readable } from 'node:stream';
import { apiLimits } from './api-limits.js';
import type { ClusterWatch, News } from './cluster-watch.js';

/** In which a browser comes back. */
const comeBackMs = 2_000;

export function openEventStream(watch: ClusterWatch, stopping: AbortSignal): Readable {
  const stream = new Readable({ read: () => undefined });
  let isOver = false;
  const write = (text: string): void => {
    if (isOver) return;
    stream.push(text);
    if (stream.readableLength > apiLimits.viewerBytesMax) stream.destroy();
  };
  write(`retry: ${comeBackMs}\n\n`);
  const leave = watch.watch((news) => write(toFrame(news)));
  const pulse = setInterval(() => write(': \n\n'), apiLimits.viewerPulseMs);
  pulse.unref();
  const leaveOnce = (): void => {
    isOver = true;
    leave();
    clearInterval(pulse);
    stopping.removeEventListener('abort', end);
  };
  const end = (): void => {
    leaveOnce();
    stream.push(null);
  };
  stopping.addEventListener('abort', end, { once: true });
  stream.once('close', leaveOnce);
  return stream;
}

/** JSON has no line breaks of its own. */
const toFrame = ({ kind, value }: News): string =>
  `event: ${kind}\ndata: ${JSON.stringify(value)}\n\n`;
