/** Logs go to stderr: JSON lines for machines, or one readable line each. */
import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type LogLevel = (typeof logLevels)[number];
export type LogFormat = 'pretty' | 'json';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Written at once: what a process said before it died is there to be read. */
export function createLogger(level: LogLevel, format: LogFormat): Logger {
  const stderr = 2;
  const stream =
    format === 'json'
      ? pino.destination({ dest: stderr, sync: true })
      : pretty({
          destination: stderr,
          sync: true,
          ignore: 'pid,hostname',
          colorize: process.stderr.isTTY,
        });
  return pino({ level }, stream);
}
