/** What the twins can be asked for; anything else is a trap, so that nothing is half done in silence. */
import { TrapError } from '../world.js';
import type { Position } from './handle-calls.js';

export function requirePath(path: unknown): string {
  if (typeof path === 'string') return path;
  throw new TrapError('a path that is no string');
}

export function requirePosition(position: unknown): Position {
  if (position === null || position === undefined) return null;
  if (typeof position === 'number' && position >= 0) return position;
  throw new TrapError(`the position ${String(position)}`);
}

/** @param known what the twin understands. */
export function requireOptions(call: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null)
    throw new TrapError(`${call} with ${String(options)}`);
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !known.includes(name))
      throw new TrapError(`${call} with the option ${name}`);
}
