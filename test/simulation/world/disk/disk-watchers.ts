/** Those who are told what processes do to names on a disk, at the moment when they do it. */
import type { SimProcess } from '../sim-process.js';

/** `replaced`: by what was renamed over it. */
export type Removal = 'unlinked' | 'replaced';

export interface DiskWatcher {
  /** Just after a file was made. */
  onCreated?(path: string, process: SimProcess): void;
  /** Just before: it can still be looked at. */
  onRemoved?(path: string, how: Removal, process: SimProcess): void;
  /** Just before; after `onRemoved` of what it replaces. */
  onRenamed?(from: string, to: string, process: SimProcess): void;
  /** Just after a sync that did what it promised; the path is the one that it was opened by. */
  onSynced?(path: string, what: 'file' | 'directory', process: SimProcess): void;
  /** What was to be made durable never is, and whoever reads it does not see that. */
  onSyncFailed?(): void;
}

export class DiskWatchers {
  readonly #watchers = new Set<DiskWatcher>();

  /** Answers how to stop. */
  add(watcher: DiskWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  created(path: string, process: SimProcess): void {
    for (const watcher of [...this.#watchers]) watcher.onCreated?.(path, process);
  }

  removed(path: string, how: Removal, process: SimProcess): void {
    for (const watcher of this.#watchers) watcher.onRemoved?.(path, how, process);
  }

  renamed(from: string, to: string, process: SimProcess): void {
    for (const watcher of this.#watchers) watcher.onRenamed?.(from, to, process);
  }

  syncFailed(): void {
    for (const watcher of this.#watchers) watcher.onSyncFailed?.();
  }

  synced(path: string, what: 'file' | 'directory', process: SimProcess): void {
    for (const watcher of this.#watchers) watcher.onSynced?.(path, what, process);
  }
}
