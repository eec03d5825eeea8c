/**
 * Clients waiting for their uploads.
 *
 * Only the latest news of an upload matters, so a slow client is owed one message and
 * no queue grows.
 */
import type { UploadId } from '../../domain/ids.js';
import type { UploadEnded, UploadProgress } from '../../domain/upload-news.js';

export type UploadNews = UploadProgress | UploadEnded;

interface Watcher {
  latest: UploadNews | undefined;
  wake: () => void;
}

export class UploadWatch {
  readonly #watchers = new Map<UploadId, Set<Watcher>>();

  tell(news: UploadNews): void {
    for (const watcher of this.#watchers.get(news.uploadId) ?? []) {
      watcher.latest = news;
      watcher.wake();
    }
  }

  /**
   * @param ask what is known now; called after watching has begun, so that nothing falls between
   * @returns news until the upload is acked, has ended or `signal` aborts
   */
  async *watch(
    uploadId: UploadId,
    ask: () => Promise<UploadNews>,
    signal: AbortSignal,
  ): AsyncGenerator<UploadNews, void, undefined> {
    const watcher: Watcher = { latest: undefined, wake: () => undefined };
    const wakeUp = (): void => watcher.wake();
    this.#add(uploadId, watcher);
    signal.addEventListener('abort', wakeUp);
    try {
      let news: UploadNews | undefined = await ask();
      while (!signal.aborted) {
        if (news !== undefined) {
          yield news;
          if ('error' in news || news.acked) return;
        }
        news = await next(watcher, signal);
      }
    } finally {
      signal.removeEventListener('abort', wakeUp);
      this.#remove(uploadId, watcher);
    }
  }

  #add(uploadId: UploadId, watcher: Watcher): void {
    const watchers = this.#watchers.get(uploadId) ?? new Set();
    this.#watchers.set(uploadId, watchers.add(watcher));
  }

  #remove(uploadId: UploadId, watcher: Watcher): void {
    const watchers = this.#watchers.get(uploadId);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(uploadId);
  }
}

async function next(watcher: Watcher, signal: AbortSignal): Promise<UploadNews | undefined> {
  if (watcher.latest === undefined && !signal.aborted)
    await new Promise<void>((resolve) => {
      watcher.wake = resolve;
    });
  const news = watcher.latest;
  watcher.latest = undefined;
  return news;
}
