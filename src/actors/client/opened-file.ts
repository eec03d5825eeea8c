/**
 * A file that is being read from: where its replicas are, what its chunks must be, and how one of
 * them is fetched. Shared by all who read it; its bytes never change.
 */
import { backoffMs } from '../../domain/backoff.js';
import { ReelkeepError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import type { KeeperId } from '../../domain/ids.js';
import type { Manifest } from '../../domain/manifest.js';
import type { TransferSource } from '../../domain/transfer-source.js';
import type { Located } from '../../machines/download.machine.js';
import { unlessAborted } from '../../transfer/chunk-tasks.js';
import { WithOneAtHand } from './answer-buffers.js';
import type { BusyKeepers } from './busy-keepers.js';
import type { ChunkIntake } from './chunk-store.js';
import { clientLimits } from './client-limits.js';
import { RangeFetch } from './fetch-ranges.js';
import { OneChunk } from './one-chunk.js';
import { pause } from './pause.js';
import { readManifest } from './read-manifest.js';
import type { Resources } from './resources.js';
import { mayPass } from './transfer-source.js';

export interface OpenedWorld {
  readonly resources: Resources;
  readonly keepers: BusyKeepers;
  /** Asks the master. */
  locate(name: string): Promise<Located>;
  /** Not waited for. */
  reportBad(file: FileView, keeper: KeeperId, chunk: number): void;
}

export class OpenedFile {
  readonly #world: OpenedWorld;
  #located: Located;
  #locatedAtMs = performance.now();
  #locating: Promise<void> | undefined;
  #manifest: Promise<Manifest> | undefined;
  #manifestBytes = 0;
  #chunkMs = 0;

  constructor(located: Located, world: OpenedWorld) {
    this.#located = located;
    this.#world = world;
  }

  get file(): FileView {
    return this.#located.file;
  }

  /** Of the digests that are in memory. */
  get manifestBytes(): number {
    return this.#manifestBytes;
  }

  /** How long a chunk took to come lately, with the wait for memory. */
  get chunkMs(): number {
    return this.#chunkMs;
  }

  /** The master has told anew where it is. */
  relocated(located: Located): void {
    this.#located = located;
    this.#locatedAtMs = performance.now();
  }

  /**
   * Any replica will do, and a second one is asked when the first is slow; a wrong or failing one
   * is left for another. Tried again until there was no way for as long as the client's patience.
   *
   * @throws ReelkeepError `not-found` when the file is gone, else why the last keeper failed
   */
  async fetchChunk(index: number, intake: ChunkIntake, signal: AbortSignal): Promise<void> {
    const beganMs = performance.now();
    const manifest = await this.#read(signal);
    const buffers = await WithOneAtHand.take(intake.buffers, signal);
    try {
      const kept: ChunkIntake = {
        ...intake,
        keep: (buffer, length) => {
          this.#chunkMs += (performance.now() - beganMs - this.#chunkMs) / 4;
          intake.keep(buffer, length);
        },
      };
      await this.#untilKept(
        () => this.#ask(new OneChunk(manifest, index, kept), buffers, signal),
        signal,
      );
    } finally {
      buffers.giveBack();
    }
  }

  async #untilKept(
    ask: () => Promise<ReelkeepError | undefined>,
    signal: AbortSignal,
  ): Promise<void> {
    const untilMs = performance.now() + this.#world.resources.patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      if (performance.now() - this.#locatedAtMs > clientLimits.ticketAgeMaxMs)
        await this.#locateAgain(signal);
      const failure = await ask();
      if (failure === undefined) return;
      signal.throwIfAborted();
      if (performance.now() > untilMs) throw failure;
      await pause(backoffMs(attempt, this.file.fileId, clientLimits.chunkRetryMs), signal);
      signal.throwIfAborted();
      await this.#locateAgain(signal);
    }
  }

  /** @returns why no keeper gave it */
  async #ask(
    sink: OneChunk,
    buffers: WithOneAtHand,
    signal: AbortSignal,
  ): Promise<ReelkeepError | undefined> {
    const { keepers, reportBad } = this.#world;
    const { file, sources } = this.#located;
    const run = new RangeFetch({
      fileId: file.fileId,
      size: file.size,
      sources: keepers.inOrder(sources),
      sink,
      keepers,
      buffers,
      paces: keepers.expectedOf(sources),
      signal,
      relocate: async (over) => {
        await this.#locateAgain(over);
        return this.#located.sources;
      },
      onKept: () => undefined,
      onBadChunk: (keeper, index) => reportBad(file, keeper, index),
    });
    return await run.run();
  }

  /** One question for everyone who reads the file; a master that is away leaves what is known. */
  async #locateAgain(signal: AbortSignal): Promise<void> {
    this.#locating ??= this.#locate().finally(() => {
      this.#locating = undefined;
    });
    await unlessAborted(this.#locating, signal);
  }

  async #locate(): Promise<void> {
    const { name, fileId } = this.file;
    try {
      const located = await this.#world.locate(name);
      if (located.file.fileId !== fileId)
        throw new ReelkeepError('not-found', `"${name}" holds another file now`);
      this.relocated(located);
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
  }

  /** Read once for all readers, whoever of them leaves. */
  async #read(signal: AbortSignal): Promise<Manifest> {
    this.#manifest ??= this.#readManifest().catch((error: unknown) => {
      this.#manifest = undefined;
      throw error;
    });
    return await unlessAborted(this.#manifest, signal);
  }

  async #readManifest(): Promise<Manifest> {
    const { resources, keepers, reportBad } = this.#world;
    const { file, sources } = this.#located;
    // A signal that was derived from one that lives as long as the process would stay with it.
    const over = new AbortController();
    const end = (): void => over.abort(resources.signal.reason);
    resources.signal.addEventListener('abort', end, { once: true });
    try {
      const manifest = await readManifest({
        file,
        sources: keepers.inOrder(sources),
        keepers,
        buffers: resources.buffers,
        signal: over.signal,
        onBadManifest: ({ keeper }: TransferSource) => reportBad(file, keeper, -1),
      });
      this.#manifestBytes = manifest.chunkDigests.length;
      return manifest;
    } finally {
      resources.signal.removeEventListener('abort', end);
    }
  }
}
