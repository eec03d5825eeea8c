/**
 * The verified chunks that a process has in memory to be read from, each fetched once for everyone
 * who wants it at the same time.
 *
 *   absent --wanted--> coming --verified--> here --room is needed--> absent
 *                        |  nobody wants it, or it failed              ^
 *                        +--------------------------------------------+
 *
 * A chunk that is being read has a lease and stays; one that nobody reads stays until its memory
 * is needed, the one that was read longest ago going first. Who needs memory and finds none waits
 * in line. While someone waits, a lease whose reader has taken nothing for a while is revoked: a
 * viewer who has paused keeps no other one waiting.
 */
import type { FileId } from '../../domain/ids.js';
import type { BufferSource, ChunkBuffer } from '../../transfer/chunk-buffers.js';
import { ChunkBuffers } from '../../transfer/chunk-buffers.js';
import { unlessAborted } from '../../transfer/chunk-tasks.js';
import { ChunkLease } from './chunk-lease.js';
import { clientLimits } from './client-limits.js';

export interface ChunkKey {
  readonly fileId: FileId;
  readonly index: number;
}

/** Where a chunk goes when it has come. */
export interface ChunkIntake {
  readonly buffers: BufferSource;
  /** Its bytes have been verified, and lie in a buffer of these, which is not the caller's any more. */
  keep(buffer: ChunkBuffer, length: number): void;
}

/** Resolves when nothing of it touches a buffer any more; a chunk that was not kept by then failed. */
export type FetchChunk = (intake: ChunkIntake, signal: AbortSignal) => Promise<void>;

interface Coming {
  readonly state: 'coming';
  readonly name: string;
  readonly arrival: Promise<Here>;
  readonly over: AbortController;
  wanted: number;
  lingering?: NodeJS.Timeout;
}

interface Here {
  readonly state: 'here';
  readonly name: string;
  readonly buffer: ChunkBuffer;
  readonly length: number;
  readonly leases: Set<ChunkLease>;
  readAtMs: number;
}

export class ChunkStore {
  readonly #chunksMax: number;
  readonly #buffers: ChunkBuffers;
  /** What was read longest ago comes first. */
  readonly #chunks = new Map<string, Coming | Here>();
  readonly #fetches = new Set<Promise<void>>();
  #foundHere = 0;
  #fetchedFor = 0;
  #waiting = 0;
  #tending: NodeJS.Timeout | undefined;

  /** @param chunksMax of 4 MiB each, with those that are coming */
  constructor(chunksMax: number) {
    this.#chunksMax = chunksMax;
    this.#buffers = new ChunkBuffers({
      buffersMax: chunksMax,
      freeMax: clientLimits.freeChunksMax,
    });
  }

  /** Buffers in use. */
  get chunks(): number {
    return this.#buffers.inUse;
  }

  get coming(): number {
    return this.#fetches.size;
  }

  /** Leases of what was here or coming already, and of what had to be fetched for them. */
  get leased(): { readonly foundHere: number; readonly fetchedFor: number } {
    return { foundHere: this.#foundHere, fetchedFor: this.#fetchedFor };
  }

  /** Fetches that wait for memory. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * The chunk, fetched unless it is here or coming.
   * @throws why it could not be fetched; the signal's reason
   */
  async lease(key: ChunkKey, fetch: FetchChunk, signal: AbortSignal): Promise<ChunkLease> {
    signal.throwIfAborted();
    const found = this.#chunks.get(nameOf(key));
    if (found === undefined) this.#fetchedFor += 1;
    else this.#foundHere += 1;
    if (found?.state === 'here') return this.#leaseOf(found);
    const coming = found ?? this.#begin(key, fetch);
    const drop = this.#wanted(coming);
    try {
      const here = await unlessAborted(coming.arrival, signal);
      if (this.#chunks.get(here.name) === here) return this.#leaseOf(here);
    } finally {
      drop();
    }
    // Its memory was needed in the moment in which it came.
    return await this.lease(key, fetch, signal);
  }

  /**
   * Has the chunk fetched for someone who will soon want it, if there is memory for it now.
   * @returns what says that he does not any more
   */
  want(key: ChunkKey, fetch: FetchChunk): () => void {
    const found = this.#chunks.get(nameOf(key));
    if (found?.state === 'here') return () => undefined;
    if (found !== undefined) return this.#wanted(found);
    if (this.#waiting > 0 || !this.#hasRoom()) return () => undefined;
    return this.#wanted(this.#begin(key, fetch));
  }

  /** Resolves when nothing touches a buffer any more; nobody may ask for a chunk then. */
  async close(): Promise<void> {
    clearInterval(this.#tending);
    for (const chunk of this.#chunks.values()) if (chunk.state === 'coming') this.#abandon(chunk);
    await Promise.all(this.#fetches);
    this.#chunks.clear();
  }

  #begin(key: ChunkKey, fetch: FetchChunk): Coming {
    const arrival = new Arrival();
    const { promise } = arrival;
    const coming: Coming = {
      state: 'coming',
      name: nameOf(key),
      arrival: promise,
      over: new AbortController(),
      wanted: 0,
    };
    this.#chunks.set(coming.name, coming);
    const fetching = this.#fetch(coming, fetch, arrival).finally(() =>
      this.#fetches.delete(fetching),
    );
    this.#fetches.add(fetching);
    return coming;
  }

  async #fetch(coming: Coming, fetch: FetchChunk, arrival: Arrival): Promise<void> {
    const { name, over } = coming;
    let kept: Here | undefined;
    const buffers: BufferSource = {
      acquire: (signal) => this.#acquire(signal),
      release: (buffer) => {
        if (buffer !== kept?.buffer) this.#buffers.release(buffer);
      },
    };
    const keep = (buffer: ChunkBuffer, length: number): void => {
      // Too late, and maybe being fetched again.
      if (this.#chunks.get(name) !== coming) return;
      kept = {
        state: 'here',
        name,
        buffer,
        length,
        leases: new Set(),
        readAtMs: performance.now(),
      };
      this.#moveToEnd(kept);
      this.#tend();
      arrival.resolve(kept);
    };
    try {
      await fetch({ buffers, keep }, over.signal);
      arrival.reject(new Error('the fetch ended without its chunk'));
    } catch (error) {
      arrival.reject(error);
    }
    if (this.#chunks.get(name) === coming) this.#chunks.delete(name);
  }

  #wanted(coming: Coming): () => void {
    coming.wanted += 1;
    clearTimeout(coming.lingering);
    let dropped = false;
    return () => {
      if (dropped) return;
      dropped = true;
      coming.wanted -= 1;
      if (coming.wanted > 0 || this.#chunks.get(coming.name) !== coming) return;
      // Who seeks asks again in a moment, and often for the same chunk.
      coming.lingering = setTimeout(() => this.#abandon(coming), clientLimits.unwantedChunkMs);
    };
  }

  #abandon(coming: Coming): void {
    clearTimeout(coming.lingering);
    if (this.#chunks.get(coming.name) === coming) this.#chunks.delete(coming.name);
    coming.over.abort(new Error('nobody wants this chunk any more'));
  }

  #leaseOf(here: Here): ChunkLease {
    const lease = new ChunkLease(here.buffer.bytes.subarray(0, here.length), () => {
      here.leases.delete(lease);
      here.readAtMs = performance.now();
      this.#moveToEnd(here);
      if (this.#waiting > 0 && here.leases.size === 0) this.#evict(here);
    });
    here.leases.add(lease);
    this.#moveToEnd(here);
    return lease;
  }

  #moveToEnd(here: Here): void {
    this.#chunks.delete(here.name);
    this.#chunks.set(here.name, here);
  }

  async #acquire(signal: AbortSignal | undefined): Promise<ChunkBuffer> {
    this.#makeRoom();
    this.#waiting += 1;
    this.#tend();
    try {
      return await this.#buffers.acquire(signal);
    } finally {
      this.#waiting -= 1;
    }
  }

  #hasRoom(): boolean {
    if (this.#buffers.inUse < this.#chunksMax) return true;
    return this.#unread() !== undefined;
  }

  #makeRoom(): void {
    if (this.#buffers.inUse < this.#chunksMax) return;
    const found = this.#unread() ?? this.#stalled();
    if (found !== undefined) this.#evict(found);
  }

  /** The one that was read longest ago, and that nobody reads. */
  #unread(): Here | undefined {
    for (const chunk of this.#chunks.values())
      if (chunk.state === 'here' && chunk.leases.size === 0) return chunk;
    return undefined;
  }

  #stalled(): Here | undefined {
    const beforeMs = performance.now() - clientLimits.stalledReaderMs;
    for (const chunk of this.#chunks.values()) {
      if (chunk.state !== 'here') continue;
      if ([...chunk.leases].every((lease) => lease.takenAtMs < beforeMs)) return chunk;
    }
    return undefined;
  }

  #evict(here: Here): void {
    this.#chunks.delete(here.name);
    for (const lease of here.leases) lease.revoke();
    here.leases.clear();
    this.#buffers.release(here.buffer);
  }

  /** While there are chunks: those who wait are given what has become free, and what nobody reads goes in the end. */
  #tend(): void {
    this.#tending ??= setInterval(() => {
      for (let waiting = this.#waiting; waiting > 0; waiting -= 1) this.#makeRoom();
      const beforeMs = performance.now() - clientLimits.unreadChunkMs;
      for (const chunk of [...this.#chunks.values()])
        if (chunk.state === 'here' && chunk.leases.size === 0 && chunk.readAtMs < beforeMs)
          this.#evict(chunk);
      if (this.#chunks.size > 0 || this.#waiting > 0) return;
      clearInterval(this.#tending);
      this.#tending = undefined;
    }, clientLimits.tendChunksEveryMs);
  }
}

/** Whoever wants the chunk learns from it how it ended; nobody may. */
class Arrival {
  resolve: (here: Here) => void = () => undefined;
  reject: (reason: unknown) => void = () => undefined;
  readonly promise = new Promise<Here>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => undefined);
  }
}

const nameOf = ({ fileId, index }: ChunkKey): string => `${fileId} ${index}`;
