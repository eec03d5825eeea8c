/**
 * Changes made to the text of production code while it is bundled for the simulator.
 *
 * A patch must find its text exactly once: one that no longer does is an error, not a run of
 * something else. Production code carries no switch for any of them.
 */
export interface Patch {
  /** From the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** @throws Error when `from` does not stand there exactly once. */
export function applyPatch(source: string, { file, from, to }: Patch): string {
  const at = source.indexOf(from);
  if (at < 0) throw new Error(`${file} has no longer the text that a patch changes: ${from}`);
  if (source.indexOf(from, at + 1) >= 0)
    throw new Error(`${file} has more than once the text that a patch changes: ${from}`);
  return source.slice(0, at) + to + source.slice(at + from.length);
}
