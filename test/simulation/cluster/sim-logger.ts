/** Where processes log: every line counts for the trace's hash, and can be read in a verbose one. */
import type { Logger } from 'pino';
import type { Trace } from '../world/trace.js';

type Fields = Readonly<Record<string, unknown>>;

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/**
 * Has of pino's logger what production code uses.
 *
 * @param onLine is told of the sentence of each line.
 */
export function createSimLogger(
  trace: Trace,
  who: string,
  onLine: (text: string) => void = () => undefined,
): Logger {
  const log = (level: string) => (one: unknown, other?: string) => {
    const [fields, text] = typeof one === 'string' ? [{}, one] : [one as Fields, other ?? ''];
    onLine(text);
    trace.note(who, `${level}: ${text} ${describe(fields)}`);
  };
  const logger = {
    ...Object.fromEntries(levels.map((level) => [level, log(level)])),
    level: 'debug',
    child: () => logger,
  };
  return logger as unknown as Logger;
}

const describe = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${plain(value)}`)
    .join(' ');

const plain = (value: unknown): string =>
  value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(value) ?? '-');
