/**
 * The threads in which bytes are hashed, written, read back and looked into, and the files of a
 * replica made, opened and put into their place: what takes several calls of the operating system
 * is one way there and back.
 *
 * Nothing is kept between tasks. File descriptors and shared memory are lent to a task until its
 * promise has settled: close or reuse them only then. What a disk fails at is an answer; a task
 * that throws, or whose thread dies, may have opened or moved what nobody will hear of, so that the
 * whole pool is dead then: every task under way and every later one is rejected.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import { systemError } from '../disk-error.js';
import { type FileDigests, type FileReading, hashFile } from './hash-file.js';
import type {
  BeginReplicaInput,
  BeginReplicaOutput,
  CheckStructureOutput,
  DiskFailure,
  HashAndWriteInput,
  HashAndWriteOutput,
  HashChunksInput,
  HashChunksOutput,
  InspectOutput,
  OpenReplicaInput,
  OpenReplicaOutput,
  PoolTasks,
  PublishReplicaInput,
  PublishReplicaOutput,
  ReadAndHashInput,
  ReadAndHashOutput,
  ShortFile,
  WriteNewFileInput,
} from './task-messages.js';
import { createTurnstile, type Turnstile } from './turnstile.js';

export interface HashPoolOptions {
  /** How many threads at most; as many as the machine runs at once unless given. */
  readonly threads?: number;
  /** Tasks handed to the pool beyond those that run; further ones wait with their caller. */
  readonly queueLengthMax?: number;
  /** For the facts of one mp4; past it they are unreadable, and the thread that looked is ended. */
  readonly factsTimeoutMs?: number;
  /** One thread starts at once, and stays: whoever has little time will soon have a task for it. */
  readonly startsEarly?: boolean;
  /** Called once, if it dies before it is closed. */
  readonly onDeath?: (reason: ReelkeepError) => void;
}

export const hashPoolLimits = {
  queueLengthMax: 64,
  /** A thread that had nothing to do for so long ends. */
  idleTimeoutMs: 30_000,
  /** An index of a few damaged bytes can keep the demuxer busy for minutes. */
  factsTimeoutMs: 5_000,
  /** Of one thread; a file that makes the demuxer need more has unreadable facts. */
  threadHeapMaxMb: 512,
  /** Chunks hashed in one task, so that a large file does not keep a thread from transfers. */
  chunksPerTask: 8,
} as const;

/** An open file, or why there is none. */
export type BegunReplica = Exclude<BeginReplicaOutput, DiskFailure>;

/** Files of a replica as they were found. */
export type OpenedReplica = Extract<OpenReplicaOutput, { readonly ok: true }>;

export class HashPool {
  readonly threads: number;
  readonly #factsTimeoutMs: number;
  readonly #pool: Piscina;
  readonly #turnstile: Turnstile;
  readonly #onDeath: (reason: ReelkeepError) => void;
  readonly #pending = new Set<(reason: ReelkeepError) => void>();
  #lastDoneAtMs = 0;
  #ended: ReelkeepError | undefined;

  static create(options: HashPoolOptions = {}): HashPool {
    return new HashPool({
      threads: Math.max(1, options.threads ?? availableParallelism()),
      queueLengthMax: Math.max(1, options.queueLengthMax ?? hashPoolLimits.queueLengthMax),
      factsTimeoutMs: options.factsTimeoutMs ?? hashPoolLimits.factsTimeoutMs,
      startsEarly: options.startsEarly ?? false,
      onDeath: options.onDeath ?? (() => undefined),
    });
  }

  private constructor(options: Required<HashPoolOptions>) {
    const { threads, queueLengthMax, factsTimeoutMs, startsEarly, onDeath } = options;
    this.threads = threads;
    this.#factsTimeoutMs = factsTimeoutMs;
    this.#onDeath = onDeath;
    this.#turnstile = createTurnstile(threads + queueLengthMax);
    this.#pool = new Piscina({
      filename: createRequire(import.meta.url).resolve('#pool/tasks'),
      minThreads: startsEarly ? 1 : 0,
      maxThreads: threads,
      // the turnstile admits no more than this, so a task is never refused for want of room
      maxQueue: threads + queueLengthMax,
      idleTimeout: hashPoolLimits.idleTimeoutMs,
      // what a task has opened for its caller stays open when its thread ends
      trackUnmanagedFds: false,
      resourceLimits: { maxOldGenerationSizeMb: hashPoolLimits.threadHeapMaxMb },
    });
    this.#pool.on('error', (cause: unknown) => void this.#die(cause));
  }

  /** Tasks handed to the pool, callers that wait for that, and how long it has done none of them. */
  get load(): { readonly tasks: number; readonly waiting: number; readonly silentMs: number } {
    const { inside, waiting } = this.#turnstile.load;
    const silentMs = inside === 0 ? 0 : performance.now() - this.#lastDoneAtMs;
    return { tasks: inside, waiting, silentMs };
  }

  /** Writes the bytes only if they have the digest. */
  hashAndWrite(input: HashAndWriteInput): Promise<HashAndWriteOutput> {
    return this.#run('hashAndWrite', input);
  }

  /** Reads bytes into `shared` and hashes them there. */
  readAndHash(input: ReadAndHashInput): Promise<ReadAndHashOutput> {
    return this.#run('readAndHash', input);
  }

  /** Hashes a run of chunks; `hashFile` is the same for a whole file, in steps. */
  hashChunks(input: HashChunksInput): Promise<HashChunksOutput> {
    return this.#run('hashChunks', input);
  }

  /**
   * Hashes a whole file of `size` bytes, a few chunks at a time so that others get their turn; one
   * that turns out shorter is a `ShortFile`.
   */
  hashFile(
    fd: number,
    size: number,
    reading: FileReading = {},
  ): Promise<FileDigests | ShortFile | DiskFailure> {
    const { chunksPerTask: chunksPerStep } = hashPoolLimits;
    const hashChunks = (input: HashChunksInput) => this.hashChunks(input);
    return hashFile({ chunksPerStep, hashChunks }, { fd, size }, reading);
  }

  /** Whether the file is built as an mp4 is: reads the heads of its top-level boxes. */
  checkStructure(fd: number): Promise<CheckStructureOutput> {
    return this.#run('checkStructure', { fd });
  }

  /** Structure first, then what is in it: duration, tracks, codecs, size of the picture. */
  async inspectMp4(fd: number): Promise<InspectOutput> {
    const looked = await this.#enter('inspect', { fd }, this.#factsTimeoutMs).catch(
      (error: unknown) => {
        const reason = reasonOfNoFacts(error);
        if (reason === undefined) throw this.#die(error);
        return reason;
      },
    );
    if (typeof looked !== 'string') return looked;
    const checked = await this.checkStructure(fd);
    if (!checked.ok) return checked;
    const { verdict } = checked;
    if (!verdict.ok) return { ok: false, failure: 'structure', reason: verdict.reason };
    const { faststart } = verdict;
    return { ok: true, facts: { kind: 'unreadable', faststart, reason: looked } };
  }

  /** @throws the error of the disk, as of the other tasks that follow */
  async beginReplica(input: BeginReplicaInput): Promise<BegunReplica> {
    return unlessDisk(await this.#run('beginReplica', input));
  }

  /** @returns the descriptor, which is still open */
  async writeNewFile(input: WriteNewFileInput): Promise<number> {
    return unlessDisk(await this.#run('writeNewFile', input)).fd;
  }

  /** What a disk failed at is in the answer, for half of it may have been done. */
  publishReplica(input: PublishReplicaInput): Promise<PublishReplicaOutput> {
    return this.#run('publishReplica', input);
  }

  async openReplica(input: OpenReplicaInput): Promise<OpenedReplica> {
    return unlessDisk(await this.#run('openReplica', input));
  }

  /** Ends the threads; tasks under way are rejected. Safe to call twice. */
  async close(): Promise<void> {
    this.#end(new ReelkeepError('unavailable', 'the hash pool is closed'));
    await this.#pool.destroy();
  }

  async #run<Name extends keyof PoolTasks>(
    name: Name,
    input: PoolTasks[Name]['input'],
  ): Promise<PoolTasks[Name]['output']> {
    try {
      return await this.#enter(name, input);
    } catch (error) {
      throw this.#die(error);
    }
  }

  /** Rejects when the task throws, when its thread dies, and when there is no pool any more. */
  async #enter<Name extends keyof PoolTasks>(
    name: Name,
    input: PoolTasks[Name]['input'],
    timeoutMs?: number,
  ): Promise<PoolTasks[Name]['output']> {
    if (this.#turnstile.load.inside === 0) this.#lastDoneAtMs = performance.now();
    const leave = await this.#turnstile.enter();
    let abandon: ((reason: ReelkeepError) => void) | undefined;
    try {
      if (this.#ended !== undefined) throw this.#ended;
      return await new Promise((resolve, reject) => {
        abandon = reject;
        this.#pending.add(reject);
        const signal = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs);
        this.#pool.run(input, { name, signal }).then(resolve, reject);
      });
    } finally {
      if (abandon !== undefined) this.#pending.delete(abandon);
      this.#lastDoneAtMs = performance.now();
      leave();
    }
  }

  #die(cause: unknown): ReelkeepError {
    if (this.#ended !== undefined) return this.#ended;
    const detail = `a thread of the hash pool failed: ${toPlainError(cause).detail}`;
    const reason = new ReelkeepError('internal', detail, { cause });
    this.#end(reason);
    this.#onDeath(reason);
    return reason;
  }

  #end(reason: ReelkeepError): void {
    this.#ended ??= reason;
    for (const reject of this.#pending) reject(this.#ended);
    this.#pending.clear();
  }
}

/** Of a task that was ended by a bound; undefined for any other failure. */
function reasonOfNoFacts(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'AbortError') return 'reading it takes too long';
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'reading it needs too much memory';
  return undefined;
}

function unlessDisk<Output extends { readonly ok: boolean }>(
  output: Output | DiskFailure,
): Exclude<Output, DiskFailure> {
  if ('code' in output) throw systemError(output.code, output.detail);
  return output as Exclude<Output, DiskFailure>;
}
