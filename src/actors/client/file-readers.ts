/** Reads parts of files for many at once: the files that are open, and the memory that their chunks share. */
import { ReelkeepError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import type { FileId, KeeperId } from '../../domain/ids.js';
import type { Located } from '../../machines/download.machine.js';
import { toFileView } from '../../rpc/file-message.js';
import { BusyKeepers } from './busy-keepers.js';
import { ChunkStore } from './chunk-store.js';
import { clientLimits } from './client-limits.js';
import type { FileReader, ReadingFigures } from './cluster.js';
import { OpenedFile, type OpenedWorld } from './opened-file.js';
import { readBytes } from './read-bytes.js';
import type { Resources } from './resources.js';
import { toTransferSource } from './transfer-source.js';

export class FileReaders {
  readonly #resources: Resources;
  readonly #store: ChunkStore;
  readonly #keepers: BusyKeepers;
  readonly #world: OpenedWorld;
  /** The one that was opened longest ago comes first. */
  readonly #files = new Map<FileId, OpenedFile>();
  readonly #reports = new Set<Promise<unknown>>();
  #givenBytes = 0;
  #badChunks = 0;

  constructor(resources: Resources) {
    const { chunksReadMax } = resources;
    this.#resources = resources;
    this.#store = new ChunkStore(chunksReadMax);
    this.#keepers = new BusyKeepers(resources.keepers);
    this.#world = {
      resources,
      keepers: this.#keepers,
      locate: (name) => this.#locate(name),
      reportBad: (file, keeper, chunk) => this.#reportBad(file, keeper, chunk),
    };
  }

  get figures(): ReadingFigures {
    return {
      keeperBytes: this.#keepers.receivedBytes,
      givenBytes: this.#givenBytes,
      badChunks: this.#badChunks,
      chunksFound: this.#store.leased.foundHere,
      chunksFetched: this.#store.leased.fetchedFor,
      chunksInMemory: this.#store.chunks,
      chunksComing: this.#store.coming,
      waitingForMemory: this.#store.waiting,
    };
  }

  /** The master is asked each time: what was known of another file under the name is of no use. */
  async open(name: string): Promise<FileReader> {
    const located = await this.#locate(name);
    const opened = this.#openedFor(located);
    const { file } = located;
    return { file, read: (from, to, signal) => this.#read(opened, from, to, signal) };
  }

  /** Whoever still reads is told that nothing comes any more. */
  async close(): Promise<void> {
    await this.#store.close();
    await Promise.all(this.#reports);
  }

  async *#read(
    opened: OpenedFile,
    from: number,
    to: number,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of readBytes(opened, this.#store, { from, to, signal })) {
      this.#resources.signal.throwIfAborted();
      this.#givenBytes += piece.length;
      yield piece;
    }
  }

  #openedFor(located: Located): OpenedFile {
    const { fileId } = located.file;
    const known = this.#files.get(fileId);
    this.#files.delete(fileId);
    const opened = known ?? new OpenedFile(located, this.#world);
    opened.relocated(located);
    this.#files.set(fileId, opened);
    this.#forgetOldest();
    return opened;
  }

  /** Whoever reads one of them reads on. */
  #forgetOldest(): void {
    let bytes = 0;
    for (const { manifestBytes } of this.#files.values()) bytes += manifestBytes;
    for (const [fileId, { manifestBytes }] of this.#files) {
      const isTooMuch = bytes > clientLimits.manifestsKnownBytesMax;
      if (!isTooMuch && this.#files.size <= clientLimits.filesKnownMax) return;
      if (this.#files.size === 1) return;
      bytes -= manifestBytes;
      this.#files.delete(fileId);
    }
  }

  async #locate(name: string): Promise<Located> {
    const { master, signal, patienceMs } = this.#resources;
    const call = { signal, timeoutMs: patienceMs };
    const { file, sources } = await master.locate({ name }, call);
    if (file === undefined) throw new ReelkeepError('internal', 'the master located no file');
    return { file: toFileView(file), sources: sources.map(toTransferSource) };
  }

  #reportBad({ fileId }: FileView, keeperId: KeeperId, chunk: number): void {
    this.#badChunks += 1;
    const timeoutMs = clientLimits.reportTimeoutMs;
    const told = this.#resources.master
      .reportBadReplica({ fileId, keeperId, chunk }, { timeoutMs })
      // A master that is away hears of it from the next reader, or from the keeper's own scrub.
      .catch(() => undefined)
      .finally(() => this.#reports.delete(told));
    this.#reports.add(told);
  }
}
