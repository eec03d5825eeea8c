/** Gives the copy machine its world: other keepers to pull from, and this disk to put it on. */
import { createActor, fromPromise } from 'xstate';
import { chunkCount } from '../../domain/chunk-plan.js';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { ManifestFacts } from '../../domain/file-record.js';
import {
  type Digest,
  digest,
  type FileId,
  fileId,
  type KeeperId,
  keeperId,
  type UploadId,
  uploadId,
} from '../../domain/ids.js';
import { chunkDigest, decodeManifest, type Manifest } from '../../domain/manifest.js';
import { copyMachine } from '../../machines/copy.machine.js';
import { fromFactsMessage } from '../../rpc/file-message.js';
import type { TransferSource } from '../../rpc/generated/reelkeep/v1/common.js';
import type { CopyCommand } from '../../rpc/generated/reelkeep/v1/keeper.js';
import { blake3 } from '../../storage/blake3.js';
import type { StagedReplica } from '../../storage/staged-replica.js';
import { BufferQuota, type BufferSource } from '../../transfer/chunk-buffers.js';
import type { ArrivedChunk } from '../../transfer/chunk-source.js';
import type { ManifestOrder } from '../../transfer/transfer-connection.js';
import type { Lease } from '../runtime/keeper-connections.js';
import { Lives } from '../runtime/lives.js';
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
    const outcome = await copy.run();
    world.counters.copies.add(outcome.ok ? 'ok' : toPlainError(outcome.failure).code);
    return outcome;
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
  readonly #buffers: BufferSource;
  readonly #isPressing: boolean;
  readonly #uploadId: UploadId;
  readonly #command: CopyCommand;
  readonly #sources: ReadonlyMap<KeeperId, TransferSource>;
  /** Chunks not yet on this disk. */
  readonly #missing: Set<number>;
  #manifest: Manifest | undefined;
  #staged: StagedReplica | undefined;
  #storing: Storing | undefined;

  constructor(world: KeeperWorld, command: CopyCommand, stop: AbortSignal) {
    this.#world = world;
    this.#stop = stop;
    this.#buffers = new BufferQuota(world.buffers, world.config.chunkBuffersPerCopy);
    this.#fileId = fileId(command.fileId);
    this.#size = command.size;
    this.#digest = digest(command.digest);
    this.#isPressing = command.pressing;
    this.#uploadId = uploadId(command.uploadId);
    this.#command = command;
    this.#sources = new Map(command.sources.map((source) => [keeperId(source.keeperId), source]));
    this.#missing = new Set(Array.from({ length: chunkCount(command.size) }, (_, index) => index));
  }

  run(): Promise<CopyOutcome> {
    const actor = createActor(machine, { input: { sources: [...this.#sources.keys()] } });
    lives.begin(actor, this);
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
    this.#storing?.giveUp(this.#stop.reason);
  }

  async close(): Promise<void> {
    // Heeded only while chunks were still awaited.
    this.#storing?.aborted(new ReelkeepError('unavailable', 'the copy came to nothing'));
    await this.#staged?.abandon();
  }

  async fetchManifest(source: KeeperId, signal: AbortSignal): Promise<void> {
    const bytes = await this.#ask(source, signal, (connection, order) =>
      connection.manifest(order),
    );
    const decoded = decodeManifest(bytes, blake3);
    if (!decoded.ok) throw new ReelkeepError('integrity', `${source}: ${decoded.reason}`);
    const { digest: found, size } = decoded.manifest;
    if (found !== this.#digest || size !== this.#size)
      throw new ReelkeepError('integrity', `${source} holds other bytes than the table names`);
    this.#manifest = decoded.manifest;
  }

  async stage(): Promise<void> {
    if (this.#staged !== undefined) return;
    // As the master knows them: those of a source's manifest are covered by no digest.
    const fields = factsOf(this.#command);
    const staged = await this.#world.store.stage(this.#fileId, this.#uploadId, this.#size);
    this.#staged = staged;
    this.#storing = startStoring(this.#world, { staged, isUpload: false, fields });
  }

  async fetchChunks(source: KeeperId, signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.#stop]);
    const onChunk = async ({ index, buffer, length }: ArrivedChunk): Promise<void> => {
      this.#world.counters.copiedBytes += length;
      const expected = chunkDigest(this.#needManifest(), index);
      if (!this.#isPressing) await this.#world.repairs.pass(length, over);
      await this.#staged?.writeChunk(index, buffer.shared, length, expected);
      this.#missing.delete(index);
    };
    await this.#ask(source, signal, async (connection, order) => {
      for (const range of runsOf(this.#missing)) await connection.get({ ...order, range, onChunk });
    });
  }

  async store(): Promise<void> {
    this.#storing?.received({ size: this.#size, digest: this.#digest });
    await this.#storing?.stored;
  }

  /** On a connection that may have served another copy before. */
  async #ask<Answer>(
    source: KeeperId,
    signal: AbortSignal,
    work: (connection: Lease['connection'], order: ManifestOrder) => Promise<Answer>,
  ): Promise<Answer> {
    this.#stop.throwIfAborted();
    const found = this.#sources.get(source);
    if (found?.ticket === undefined)
      throw new ReelkeepError('unavailable', `there is no ticket for ${source}`);
    const { host, port, tls, ticket } = found;
    const over = AbortSignal.any([signal, this.#stop]);
    const lease = await this.#world.keepers.take({ keeper: source, host, port, tls }, over);
    try {
      const order = { ticket, fileId: this.#fileId, buffers: this.#buffers, signal: over };
      return await work(lease.connection, order);
    } finally {
      lease.release();
    }
  }

  #needManifest(): Manifest {
    if (this.#manifest === undefined)
      throw new ReelkeepError('internal', 'the manifest is not there yet');
    return this.#manifest;
  }
}

function factsOf({ facts }: CopyCommand): ManifestFacts {
  if (facts === undefined)
    throw new ReelkeepError('usage', 'the master does not say what the manifest is to say');
  return fromFactsMessage(facts);
}

const lives = new Lives<Copy>();

const machine = copyMachine.provide({
  actors: {
    fetchManifest: fromPromise<void, { source: KeeperId }>(({ input, signal, system }) =>
      lives.of(system).fetchManifest(input.source, signal),
    ),
    stage: fromPromise<void, void>(({ system }) => lives.of(system).stage()),
    fetchChunks: fromPromise<void, { source: KeeperId }>(({ input, signal, system }) =>
      lives.of(system).fetchChunks(input.source, signal),
    ),
    store: fromPromise<void, void>(({ system }) => lives.of(system).store()),
  },
});

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
