/**
 * Fetches what is missing of a file from all of its replicas at once.
 *
 * Each source is served by one loop that claims ranges until there is none left for it; a source
 * that fails gives its range back and, after a few failures in a row, is left alone. Tickets are
 * renewed while this runs, and replicas that appear meanwhile join in.
 */
import { backoffMs } from '../../domain/backoff.js';
import type { ChunkRange } from '../../domain/chunk-plan.js';
import {
  type ErrorCode,
  fromPlainError,
  ReelkeepError,
  toPlainError,
} from '../../domain/errors.js';
import type { FileId, KeeperId } from '../../domain/ids.js';
import type { TransferSource } from '../../domain/transfer-source.js';
import type { BufferSource } from '../../transfer/chunk-buffers.js';
import type { ArrivedChunk } from '../../transfer/chunk-source.js';
import type { KeeperLender, Lease } from '../runtime/keeper-connections.js';
import type { ChunkSink } from './chunk-sink.js';
import { clientLimits } from './client-limits.js';
import { FetchPlan, type KnownPaces } from './fetch-plan.js';
import { pause } from './pause.js';
import { signedTicket } from './transfer-source.js';

export interface FetchOptions {
  readonly fileId: FileId;
  /** Bytes. */
  readonly size: number;
  readonly sources: readonly TransferSource[];
  readonly sink: ChunkSink;
  readonly keepers: KeeperLender;
  readonly buffers: BufferSource;
  readonly paces: KnownPaces;
  readonly signal: AbortSignal;
  /** Who has the same file now, with new tickets; when it rejects, the known sources serve on. */
  relocate(signal: AbortSignal): Promise<readonly TransferSource[]>;
  /** Bytes that are here now and were not before, and how many keepers are sending. */
  onKept(bytes: number, sources: number): void;
  onBadChunk(keeper: KeeperId, index: number): void;
}

interface Request {
  readonly range: ChunkRange;
  readonly request: AbortController;
}

/** Codes that another try with the same ticket would only meet again. */
const finalCodes: ReadonlySet<ErrorCode> = new Set(['not-found', 'not-allowed', 'stale', 'usage']);

export class RangeFetch {
  readonly #options: FetchOptions;
  readonly #plan: FetchPlan;
  /** Aborted at the end, whichever it is. */
  readonly #over = new AbortController();
  /** Aborted when the file is whole: nobody has to be waited for then, but for last words. */
  readonly #whole = new AbortController();
  readonly #sources = new Map<KeeperId, TransferSource>();
  readonly #requests = new Map<KeeperId, Request>();
  /** Of each keeper, in a row: none any more when a chunk has come. */
  readonly #failures = new Map<KeeperId, number>();
  readonly #lanes = new Map<KeeperId, Promise<void>>();
  #lastWords: NodeJS.Timeout | undefined;
  #lastError = new ReelkeepError('unavailable', 'no replica of the file can be reached now');
  #localFailure: unknown;

  constructor(options: FetchOptions) {
    this.#options = options;
    this.#plan = new FetchPlan(options.size, options.sink, options.paces);
  }

  /**
   * @returns why the sources came to an end, or nothing when the file is whole
   * @throws what the sink throws
   */
  async run(): Promise<ReelkeepError | undefined> {
    const end = (): void => this.#end(this.#options.signal.reason);
    this.#options.signal.addEventListener('abort', end, { once: true });
    if (this.#options.signal.aborted) end();
    const refreshing = setInterval(() => void this.#refresh(), clientLimits.refreshSourcesEveryMs);
    try {
      this.#join(this.#options.sources);
      while (this.#lanes.size > 0) await Promise.all(this.#lanes.values());
    } finally {
      clearInterval(refreshing);
      clearTimeout(this.#lastWords);
      this.#options.signal.removeEventListener('abort', end);
      this.#end('the fetching has ended');
    }
    if (this.#localFailure !== undefined) throw this.#localFailure;
    return this.#plan.isFinished ? undefined : this.#lastError;
  }

  #end(reason: unknown): void {
    this.#over.abort(reason);
    this.#plan.wake();
  }

  /** Whose chunks are all here says so next, and can be asked for the next file on the same connection. */
  #hearLastWords(): void {
    const cut = (): void => this.#end('the file is whole');
    this.#lastWords ??= setTimeout(cut, clientLimits.lastWordsMs);
    this.#whole.abort('the file is whole');
    this.#plan.wake();
  }

  #join(sources: readonly TransferSource[]): void {
    for (const source of sources) {
      const { keeper } = source;
      this.#sources.set(keeper, source);
      if (this.#lanes.has(keeper)) continue;
      this.#lanes.set(
        keeper,
        this.#serve(keeper).finally(() => this.#lanes.delete(keeper)),
      );
    }
  }

  async #refresh(): Promise<void> {
    try {
      this.#join(await this.#options.relocate(this.#over.signal));
    } catch (error) {
      // The sources that are known serve on, and say themselves when they do not any more.
      this.#lastError = asError(error);
    }
  }

  async #serve(keeper: KeeperId): Promise<void> {
    while (this.#isNeeded(keeper)) {
      const failure = await this.#askOnce(keeper);
      if (failure === undefined) continue;
      this.#lastError = failure;
      const failures = (this.#failures.get(keeper) ?? 0) + 1;
      this.#failures.set(keeper, failures);
      if (finalCodes.has(failure.code) || failures >= clientLimits.sourceFailuresMax) break;
      const rest = AbortSignal.any([this.#over.signal, this.#whole.signal]);
      await pause(backoffMs(failures, keeper, clientLimits.sourceRetryMs), rest);
    }
    this.#failures.delete(keeper);
    if (this.#plan.isFinished) this.#hearLastWords();
  }

  #isNeeded(keeper: KeeperId): boolean {
    return !this.#over.signal.aborted && this.#plan.isUseful(keeper);
  }

  /** @returns why the keeper failed, if it did */
  async #askOnce(keeper: KeeperId): Promise<ReelkeepError | undefined> {
    const source = this.#sources.get(keeper);
    const range = source && this.#plan.claim(keeper, this.#lanes.size);
    if (source === undefined || range === undefined) {
      await this.#plan.changed(clientLimits.lookAroundEveryMs);
      return undefined;
    }
    try {
      return await this.#fetch(source, range);
    } finally {
      this.#plan.release(keeper);
    }
  }

  /** @returns why the keeper failed; nothing when it did not, or when others were faster */
  async #fetch(source: TransferSource, range: ChunkRange): Promise<ReelkeepError | undefined> {
    const { fileId, keepers } = this.#options;
    const { keeper } = source;
    const request = new AbortController();
    const stop = (): void => request.abort(this.#over.signal.reason);
    this.#over.signal.addEventListener('abort', stop, { once: true });
    this.#requests.set(keeper, { range, request });
    let lease: Lease | undefined;
    try {
      lease = await keepers.take(source, request.signal);
      await lease.connection.get({
        ticket: signedTicket(source),
        fileId,
        range,
        buffers: this.#buffersFor(keeper),
        onChunk: (chunk) => this.#onChunk(keeper, chunk),
        signal: request.signal,
      });
      return undefined;
    } catch (error) {
      return request.signal.aborted ? undefined : asError(error);
    } finally {
      lease?.release();
      this.#requests.delete(keeper);
      this.#over.signal.removeEventListener('abort', stop);
    }
  }

  #buffersFor(keeper: KeeperId): BufferSource {
    const { buffers } = this.#options;
    return {
      acquire: async (signal) => {
        this.#plan.held(keeper);
        const buffer = await buffers.acquire(signal);
        this.#plan.letGo(keeper);
        return buffer;
      },
      release: (buffer) => buffers.release(buffer),
    };
  }

  async #onChunk(keeper: KeeperId, { index, buffer, length }: ArrivedChunk): Promise<void> {
    this.#plan.arrived(keeper, index);
    if (!this.#plan.isWanted(keeper, { first: index, count: 1 })) return;
    const verdict = await this.#keep(index, buffer, length);
    if (verdict === 'mismatch') {
      this.#plan.refuse(keeper, index);
      this.#lastError = new ReelkeepError(
        'integrity',
        `${keeper} sent wrong bytes of chunk ${index}`,
      );
      this.#options.onBadChunk(keeper, index);
      return;
    }
    this.#failures.delete(keeper);
    const { bytes, overtaken } = this.#plan.deliver(keeper, index);
    if (bytes > 0) this.#options.onKept(bytes, this.#requests.size);
    for (const other of overtaken) this.#stopIfUnwanted(other);
  }

  async #keep(...chunk: Parameters<ChunkSink['keep']>): ReturnType<ChunkSink['keep']> {
    try {
      return await this.#options.sink.keep(...chunk);
    } catch (error) {
      this.#localFailure ??= error;
      this.#end(error);
      throw error;
    }
  }

  /** Another keeper was faster with the rest of what this one was asked for. */
  #stopIfUnwanted(keeper: KeeperId): void {
    const asked = this.#requests.get(keeper);
    if (asked !== undefined && !this.#plan.isWanted(keeper, asked.range))
      asked.request.abort(new ReelkeepError('unavailable', 'another keeper was faster'));
  }
}

const asError = (error: unknown): ReelkeepError =>
  error instanceof ReelkeepError ? error : fromPlainError(toPlainError(error));
