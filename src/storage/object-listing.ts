/** Which files have something in `objects` or `quarantine`, and whether everything could be looked at. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileId } from '../domain/ids.js';
import { isSystemError } from './disk-error.js';
import { parseObjectName, type ReplicaPart } from './layout.js';
import { storageLimits } from './limits.js';

/** The parts that stand there of each file. */
export type Listing = ReadonlyMap<FileId, ReadonlySet<ReplicaPart>>;

export interface Bucket {
  readonly path: string;
  /** Undefined when the directory could not be read: nothing is known of what it holds. */
  readonly listing: Listing | undefined;
}

/** One bucket at a time, in order. When `objects` itself cannot be read, that is one unreadable bucket. */
export async function* listBuckets(objects: string): AsyncGenerator<Bucket> {
  const entries = await unlessUnreadable(readdir(objects, { withFileTypes: true }));
  if (entries === undefined) {
    yield { path: objects, listing: undefined };
    return;
  }
  const names = entries.filter((entry) => /^[0-9a-f]{2}$/.test(entry.name));
  for (const entry of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(objects, entry.name);
    // a link or a file in the place of a directory leads nowhere that is known
    yield { path, listing: entry.isDirectory() ? await listReplicas(path) : undefined };
  }
}

export async function listReplicas(directory: string): Promise<Listing | undefined> {
  const names = await unlessUnreadable(readdir(directory));
  if (names === undefined) return undefined;
  const listing = new Map<FileId, Set<ReplicaPart>>();
  for (const name of names) {
    const known = parseObjectName(name);
    if (known === undefined) continue;
    const parts = listing.get(known.fileId);
    if (parts === undefined) listing.set(known.fileId, new Set([known.part]));
    else parts.add(known.part);
  }
  return listing;
}

/** Does the work for a few at a time; answers in the order of the items. */
export async function* mapWindows<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const all = Array.from(items);
  for (let at = 0; at < all.length; at += storageLimits.scanParallelMax)
    yield* await Promise.all(all.slice(at, at + storageLimits.scanParallelMax).map(work));
}

async function unlessUnreadable<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
