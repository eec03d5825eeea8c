import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { chunkBytes, chunkCount, chunkLength, chunkOffset } from '../../src/domain/chunk-plan.js';
import {
  type Digest,
  type FileId,
  fileId,
  type UploadId,
  uploadId,
  wallMs,
} from '../../src/domain/ids.js';
import type { InventoryEntry } from '../../src/domain/inventory-entry.js';
import { blake3, digestOf } from '../../src/storage/blake3.js';
import { HashPool } from '../../src/storage/pool/hash-pool.js';
import { ReplicaStore, type ReplicaStoreOptions } from '../../src/storage/replica-store.js';
import type { ManifestFields, StagedReplica } from '../../src/storage/staged-replica.js';

export const anId = (n: number): FileId => fileId(n.toString(16).padStart(2, '0').repeat(16));
export const anUpload = (n: number): UploadId => uploadId(n.toString(16).padStart(32, '0'));

export const fields: ManifestFields = {
  name: 'films/a.mp4',
  createdAt: wallMs(1_700_000_000_000),
  target: 3,
  mp4: { kind: 'not mp4' },
};

export interface Bench {
  readonly pool: HashPool;
  /** A new directory each time, removed after the test. */
  directory(): Promise<string>;
  /** Closed after the test. */
  open(root: string, options?: Partial<ReplicaStoreOptions>): Promise<ReplicaStore>;
  openNew(options?: Partial<ReplicaStoreOptions>): Promise<{ root: string; store: ReplicaStore }>;
}

/** One pool for the tests of a file; stores and directories for each test. */
export function createBench(): Bench {
  const pool = HashPool.create({ threads: 2 });
  const directories: string[] = [];
  const stores: ReplicaStore[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const path of directories.splice(0)) await rm(path, { recursive: true, force: true });
  });
  afterAll(() => pool.close());

  const directory = async () => {
    const path = await mkdtemp(join(tmpdir(), 'reelkeep-storage-'));
    directories.push(path);
    return path;
  };
  const open = async (root: string, options: Partial<ReplicaStoreOptions> = {}) => {
    const defaults = { root, pool, durability: 'strict', reserve: { bytes: 0 } } as const;
    const store = await ReplicaStore.open({ ...defaults, ...options });
    stores.push(store);
    return store;
  };
  return {
    pool,
    directory,
    open,
    async openNew(options) {
      const root = await directory();
      return { root, store: await open(root, options) };
    },
  };
}

export interface Film {
  readonly fileId: FileId;
  readonly uploadId: UploadId;
  readonly bytes: Buffer;
  readonly size: number;
  readonly digest: Digest;
}

/** @param seed another one gives other bytes. */
export function aFilm(n: number, size = 1000, seed = n): Film {
  const bytes = Buffer.alloc(size, `film ${seed} `);
  return { fileId: anId(n), uploadId: anUpload(n), bytes, size, digest: fileDigest(bytes) };
}

export const aLongFilm = (n: number): Film => aFilm(n, 2 * chunkBytes + 17);

export function fileDigest(bytes: Buffer): Digest {
  const digests = chunksOf(bytes).map((chunk) => blake3(chunk));
  return digestOf(blake3(Buffer.concat(digests)));
}

export const chunksOf = (bytes: Buffer): readonly Buffer[] =>
  Array.from({ length: chunkCount(bytes.length) }, (_, index) =>
    bytes.subarray(chunkOffset(index), chunkOffset(index) + chunkLength(bytes.length, index)),
  );

export function shared(bytes: Uint8Array): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(chunkBytes);
  Buffer.from(memory).set(bytes);
  return memory;
}

export async function receive(staged: StagedReplica, bytes: Buffer): Promise<void> {
  await Promise.all(
    chunksOf(bytes).map((chunk, index) =>
      staged.writeChunk(index, shared(chunk), chunk.length, blake3(chunk)),
    ),
  );
}

/** In the order in which a machine takes them. */
export const steps = [
  ['receive', (staged: StagedReplica, film: Film) => receive(staged, film.bytes)],
  ['checkTotals', async (staged: StagedReplica, film: Film) => staged.checkTotals(film)],
  ['syncData', (staged: StagedReplica) => staged.syncData()],
  ['writeManifest', (staged: StagedReplica) => staged.writeManifest(fields)],
  ['syncManifest', (staged: StagedReplica) => staged.syncManifest()],
  ['publish', (staged: StagedReplica) => staged.publish()],
  ['syncDirectory', (staged: StagedReplica) => staged.syncDirectory()],
] as const;

export type StepName = (typeof steps)[number][0];

/** Stops after the step; all of them unless told otherwise. */
export async function put(
  store: ReplicaStore,
  film: Film,
  until: StepName = 'syncDirectory',
): Promise<StagedReplica> {
  const staged = await store.stage(film.fileId, film.uploadId, film.size);
  for (const [name, step] of steps) {
    await step(staged, film);
    if (name === until) break;
  }
  return staged;
}

export async function bytesIn(store: ReplicaStore, id: FileId): Promise<Buffer> {
  const replica = await store.openReplica(id);
  try {
    const chunks: Buffer[] = [];
    for (let index = 0; index < chunkCount(replica.size); index += 1) {
      const memory = new SharedArrayBuffer(chunkBytes);
      const { length } = await replica.readChunk(index, memory);
      chunks.push(Buffer.from(memory, 0, length));
    }
    return Buffer.concat(chunks);
  } finally {
    await replica.close();
  }
}

export async function listAll(
  store: ReplicaStore,
): Promise<{ entries: InventoryEntry[]; complete: boolean }> {
  const entries: InventoryEntry[] = [];
  let complete = false;
  for await (const page of store.inventory('what is here')) {
    entries.push(...page.entries);
    complete = page.complete;
  }
  return { entries, complete };
}

export const soundEntry = ({ fileId, uploadId, size, digest }: Film): InventoryEntry => ({
  fileId,
  size,
  digest,
  uploadId,
  quarantined: false,
  aside: false,
});

/** Every file below a directory, relative to it. */
export async function filesBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('keeper.') && path !== 'deleted.log')
    .sort();
}

export const objectPath = (root: string, id: FileId, ending: 'mp4' | 'manifest'): string =>
  join(root, 'objects', id.slice(0, 2), `${id}.${ending}`);

export async function flipByte(path: string, at: number): Promise<Buffer> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x40;
  return bytes;
}
