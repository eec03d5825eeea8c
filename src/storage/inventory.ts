/**
 * Everything that is on the disk, told in pages.
 *
 * A replica is listed when its manifest is sound and its data has the right length; the bytes are
 * not hashed here. What is not whole is set aside and listed as that. Replicas that became durable
 * while the pages were made are in the last of them, so that a complete inventory is true of the
 * moment at which it ends. A file has one entry, or a later one that is true instead of the first:
 * bad bytes beside a whole replica are told in the entry of that.
 *
 * A master that made its table again wants more: what the manifests say of whole replicas, and
 * first of all which files this keeper was told to delete.
 */

import type { ManifestFacts } from '../domain/file-record.js';
import { digest, type FileId, uploadId } from '../domain/ids.js';
import type { InventoryEntry } from '../domain/inventory-entry.js';
import type { Manifest } from '../domain/manifest.js';
import { isDiskFailure } from './disk-error.js';
import { storageLimits } from './limits.js';
import { type ManifestFile, readManifestFile } from './manifest-file.js';
import { listBuckets, listReplicas, mapWindows } from './object-listing.js';
import { fileBytes, type StoreParts, setAside } from './replica-files.js';

export type InventoryDepth = 'what is here' | 'facts and deletions';

export interface InventoryPage {
  /** Files that were deleted here, before all entries. */
  readonly deleted: readonly FileId[];
  readonly entries: readonly InventoryEntry[];
  /** The last page, and everything could be read; false on all other pages. */
  readonly complete: boolean;
}

/** Stand in the entry of a quarantined replica whose manifest says nothing any more. */
export const unknownDigest = digest('0'.repeat(64));
export const unknownUploadId = uploadId('0'.repeat(32));

export async function* takeInventory(
  parts: StoreParts,
  depth: InventoryDepth,
): AsyncGenerator<InventoryPage> {
  const published = new Set<FileId>();
  parts.watchers.add(published);
  try {
    const deleted = depth === 'what is here' ? [] : await readDeletions(parts);
    let complete = deleted !== 'unreadable';
    if (deleted !== 'unreadable') yield* deletionPages(deleted);
    const page = new PageInTheMaking();
    for await (const found of survey(parts, published)) {
      if (found === 'unreadable') complete = false;
      else page.add(depth === 'what is here' ? withoutFacts(found) : found);
      if (page.isFull) yield { deleted: [], entries: page.take(), complete: false };
    }
    yield { deleted: [], entries: page.take(), complete };
  } finally {
    parts.watchers.delete(published);
  }
}

async function readDeletions(parts: StoreParts): Promise<readonly FileId[] | 'unreadable'> {
  try {
    return await parts.deletions.read();
  } catch (error) {
    if (!isDiskFailure(error)) throw error;
    parts.sync.noteError(error);
    return 'unreadable';
  }
}

function* deletionPages(fileIds: readonly FileId[]): Generator<InventoryPage> {
  const { inventoryPageMax } = storageLimits;
  for (let at = 0; at < fileIds.length; at += inventoryPageMax)
    yield { deleted: fileIds.slice(at, at + inventoryPageMax), entries: [], complete: false };
}

/** Names and facts differ in length: a page is bounded by its bytes, too. */
class PageInTheMaking {
  #entries: InventoryEntry[] = [];
  #factBytes = 0;

  get isFull(): boolean {
    const { inventoryPageMax, inventoryPageBytesMax } = storageLimits;
    return this.#entries.length >= inventoryPageMax || this.#factBytes >= inventoryPageBytesMax;
  }

  add(entry: InventoryEntry): void {
    this.#entries.push(entry);
    // JSON names each field, and so takes more than the message does.
    if (entry.facts !== undefined)
      this.#factBytes += Buffer.byteLength(JSON.stringify(entry.facts));
  }

  take(): readonly InventoryEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#factBytes = 0;
    return entries;
  }
}

const withoutFacts = ({ facts: _, ...entry }: InventoryEntry): InventoryEntry => entry;

type Found = InventoryEntry | 'unreadable';

async function* survey(parts: StoreParts, published: ReadonlySet<FileId>): AsyncGenerator<Found> {
  const { layout } = parts;
  if (!(await isRootThere(parts))) return yield 'unreadable';
  const asideBefore = await listReplicas(layout.quarantine);
  for await (const { listing } of listBuckets(layout.objects)) {
    if (listing === undefined || asideBefore === undefined) yield 'unreadable';
    else
      yield* examineAll(parts, listing.keys(), (_, fileId) =>
        examine(parts, fileId, asideBefore.has(fileId)),
      );
  }
  // after the objects, because looking at them sets aside what is not whole
  const aside = await listReplicas(layout.quarantine);
  if (aside === undefined) yield 'unreadable';
  else yield* examineAll(parts, aside.keys(), examineAside);
  yield* examineAll(parts, published, examinePublished);
  if (!(await isRootThere(parts))) yield 'unreadable';
}

async function isRootThere({ place, sync }: StoreParts): Promise<boolean> {
  try {
    await place.requireThere();
    return true;
  } catch (error) {
    if (!isDiskFailure(error)) throw error;
    sync.noteError(error);
    return false;
  }
}

async function* examineAll(
  parts: StoreParts,
  fileIds: Iterable<FileId>,
  look: (parts: StoreParts, fileId: FileId) => Promise<InventoryEntry | undefined>,
): AsyncGenerator<Found> {
  const results = mapWindows(fileIds, async (fileId): Promise<Found | undefined> => {
    try {
      return await parts.turns.run(fileId, () => look(parts, fileId));
    } catch (error) {
      if (!isDiskFailure(error)) throw error;
      parts.sync.noteError(error);
      return 'unreadable';
    }
  });
  for await (const found of results) if (found !== undefined) yield found;
}

async function examinePublished(
  parts: StoreParts,
  fileId: FileId,
): Promise<InventoryEntry | undefined> {
  const { data, manifest } = parts.layout.quarantined(fileId);
  const hasData = (await fileBytes(data)) !== undefined;
  return examine(parts, fileId, hasData || (await fileBytes(manifest)) !== undefined);
}

async function examine(
  parts: StoreParts,
  fileId: FileId,
  aside: boolean,
): Promise<InventoryEntry | undefined> {
  // it becomes a replica when its directory has been synced, and is told then
  if (parts.underWay.has(fileId)) return undefined;
  const paths = parts.layout.object(fileId);
  const bytes = await fileBytes(paths.data);
  const file = await readManifestFile(paths.manifest, fileId);
  if (bytes === undefined && file.state === 'absent') return undefined;
  const entry = { ...entryOf(fileId, bytes, file, false), aside };
  if (file.state === 'sound' && bytes === file.manifest.size)
    return { ...entry, facts: factsOf(file.manifest) };
  await setAside(parts, fileId);
  return undefined;
}

async function examineAside(
  parts: StoreParts,
  fileId: FileId,
): Promise<InventoryEntry | undefined> {
  const { layout } = parts;
  // a whole replica of the same file came later, and its entry tells of this too
  const hasObject = (await fileBytes(layout.object(fileId).data)) !== undefined;
  if (hasObject && !parts.underWay.has(fileId)) return undefined;
  const paths = layout.quarantined(fileId);
  const bytes = await fileBytes(paths.data);
  const file = await readManifestFile(paths.manifest, fileId);
  if (bytes === undefined && file.state === 'absent') return undefined;
  return entryOf(fileId, bytes, file, true);
}

const factsOf = ({ name, createdAt, target, mp4 }: Manifest): ManifestFacts => ({
  name,
  createdAt,
  target,
  mp4,
});

const entryOf = (
  fileId: FileId,
  bytes: number | undefined,
  file: ManifestFile,
  quarantined: boolean,
): InventoryEntry => ({
  fileId,
  size: bytes ?? 0,
  digest: file.state === 'sound' ? file.manifest.digest : unknownDigest,
  uploadId: file.state === 'sound' ? file.manifest.uploadId : unknownUploadId,
  quarantined,
  aside: false,
});
