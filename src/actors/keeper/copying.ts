/** Gives the copy machine its world: other keepers to pull from, and this disk to put it on. */
import { createActor, fromPromise } from 'xstate';
import { chunkCount } from '../../domain/chunk-plan.js';
import { ReelkeepError } from '../../domain/errors.js';
import {
  type Digest,
  digest,
  type FileId,
  fileId,
  type KeeperId,
  keeperId,
} from '../../domain/ids.js';
import { chunkDigest, decodeManifest, type Manifest } from '../../domain/manifest.js';
import { copyMachine } from '../../machines/copy.machine.js';
import type { TransferSource } from '../../rpc/generated/reelkeep/v1/common.js';
import type { CopyCommand } from '../../rpc/generated/reelkeep/v1/keeper.js';
import { blake3 } from '../../storage/blake3.js';
import type { StagedReplica } from '../../storage/staged-replica.js';
import { TransferConnection } from '../../transfer/transfer-connection.js';
import { type Storing, startStoring } from './storing.js';
import type { KeeperWorld } from './world.js';

export type CopyOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly failure: unknown; readonly badSource: KeeperId | undefined };

/**
 * How it ended is data; rejects only when what it had begun cannot be taken off the disk.
 *
 * @param stop ends it soon, wherever it is
 */
export async function runCopy(
  world: KeeperWorld,
  command: CopyCommand,
  stop: AbortSignal,
): Promise<CopyOutcome> {
  const copy = new Copy(world, command, stop);
  const giveUp = (): void => copy.giveUp();
  stop.addEventListener('abort', giveUp, { once: true });
  try {
    return await copy.run();
  } finally {
    stop.removeEventListener('abort', giveUp);
    await copy.close();
  }
}

class Copy {
  readonly #world: KeeperWorld;
  readonly #stop: AbortSignal;
  readonly #fileId: FileId;
  readonly #size: number;
  readonly #digest: Digest;
  readonly #sources: ReadonlyMap<KeeperId, TransferSource>;
  /** Chunks not yet on this disk. */
  readonly #missing: Set<number>;
  #connection: TransferConnection | undefined;
  #manifest: Manifest | undefined;
  #staged: StagedReplica | undefined;
  #storing: Storing | undefined;

  constructor(world: KeeperWorld, command: CopyCommand, stop: AbortSignal) {
    this.#world = world;
    this.#stop = stop;
    this.#fileId = fileId(command.fileId);
    this.#size = command.size;
    this.#digest = digest(command.digest);
    this.#sources = new Map(command.sources.map((source) => [keeperId(source.keeperId), source]));
    this.#missing = new Set(Array.from({ length: chunkCount(command.size) }, (_, index) => index));
  }

  run(): Promise<CopyOutcome> {
    const machine = copyMachine.provide({
      actors: {
        fetchManifest: fromPromise<void, { source: KeeperId }>(({ input, signal }) =>
          this.#fetchManifest(input.source, signal),
        ),
        stage: fromPromise(() => this.#stage()),
        fetchChunks: fromPromise<void, { source: KeeperId }>(({ input, signal }) =>
          this.#fetchChunks(input.source, signal),
        ),
        store: fromPromise(() => this.#store()),
      },
    });
    const actor = createActor(machine, { input: { sources: [...this.#sources.keys()] } });
    return new Promise((resolve) => {
      actor.subscribe({
        error: (failure) => resolve({ ok: false, failure, badSource: undefined }),
        complete: () => {
          const { value, context } = actor.getSnapshot();
          const { failure, badSource } = context;
          resolve(value === 'stored' ? { ok: true } : { ok: false, failure, badSource });
        },
      });
      actor.start();
    });
  }

  /** Whatever is under way fails, and no other source is dialled after it. */
  giveUp(): void {
    void this.#connection?.close();
    this.#storing?.giveUp(this.#stop.reason);
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    // Heeded only while chunks were still awaited.
    this.#storing?.aborted(new ReelkeepError('unavailable', 'the copy came to nothing'));
    await this.#staged?.abandon();
  }

  async #fetchManifest(source: KeeperId, signal: AbortSignal): Promise<void> {
    const { ticket, connection } = await this.#dial(source, signal);
    const bytes = await connection.manifest({
      ticket,
      fileId: this.#fileId,
      buffers: this.#world.buffers,
      signal,
    });
    const decoded = decodeManifest(bytes, blake3);
    if (!decoded.ok) throw new ReelkeepError('integrity', `${source}: ${decoded.reason}`);
    const { digest: found, size } = decoded.manifest;
    if (found !== this.#digest || size !== this.#size)
      throw new ReelkeepError('integrity', `${source} holds other bytes than the table names`);
    this.#manifest = decoded.manifest;
  }

  async #stage(): Promise<void> {
    if (this.#staged !== undefined) return;
    const manifest = this.#needManifest();
    const staged = await this.#world.store.stage(this.#fileId, manifest.uploadId, this.#size);
    const { name, createdAt, target, mp4 } = manifest;
    this.#staged = staged;
    this.#storing = startStoring(this.#world, {
      staged,
      isUpload: false,
      fields: { name, createdAt, target, mp4 },
    });
  }

  async #fetchChunks(source: KeeperId, signal: AbortSignal): Promise<void> {
    const { ticket, connection } = await this.#dial(source, signal);
    for (const range of runsOf(this.#missing))
      await connection.get({
        ticket,
        fileId: this.#fileId,
        range,
        buffers: this.#world.buffers,
        signal,
        onChunk: async ({ index, buffer, length }) => {
          const expected = chunkDigest(this.#needManifest(), index);
          await this.#staged?.writeChunk(index, buffer.shared, length, expected);
          this.#missing.delete(index);
        },
      });
  }

  async #store(): Promise<void> {
    this.#storing?.received({ size: this.#size, digest: this.#digest });
    await this.#storing?.stored;
  }

  async #dial(source: KeeperId, signal: AbortSignal) {
    this.#stop.throwIfAborted();
    const found = this.#sources.get(source);
    if (found?.ticket === undefined)
      throw new ReelkeepError('unavailable', `there is no ticket for ${source}`);
    await this.#connection?.close();
    const { host, port, ticket } = found;
    this.#connection = await TransferConnection.dial({ host, port, signal });
    this.#stop.throwIfAborted();
    return { ticket, connection: this.#connection };
  }

  #needManifest(): Manifest {
    if (this.#manifest === undefined)
      throw new ReelkeepError('internal', 'the manifest is not there yet');
    return this.#manifest;
  }
}

/** The chunks as runs of neighbours, in order. */
function* runsOf(indices: Iterable<number>): Generator<{ first: number; count: number }> {
  let run: { first: number; count: number } | undefined;
  for (const index of [...indices].sort((a, b) => a - b)) {
    if (run !== undefined && index === run.first + run.count) run.count += 1;
    else {
      if (run !== undefined) yield run;
      run = { first: index, count: 1 };
    }
  }
  if (run !== undefined) yield run;
}
