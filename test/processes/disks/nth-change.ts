/** An instant that a number chooses: the nth change that is seen below some directories. */
import { watch } from 'node:fs';

/** @param ended resolves when nothing more will change; the instant has come then at the latest */
export function nthChange(
  directories: readonly string[],
  count: number,
  ended: Promise<unknown>,
): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const watchers = directories.map((path) => watch(path, onChange));
    function end(): void {
      for (const watcher of watchers) watcher.close();
      resolve();
    }
    function onChange(): void {
      seen += 1;
      if (seen === count) end();
    }
    ended.then(end, end);
  });
}
