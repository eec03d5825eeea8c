/**
 * What a crash may have left, made sound before the keeper serves.
 *
 * `publish` renames the data, then the manifest, and nobody is told before the directory is
 * synced. So half a replica in `objects`, whose other half still stands in `staging`, was never
 * told to anyone and is removed. Any other half (a removal that was interrupted, or damage) proves
 * nothing: it is set aside, and the master says what becomes of it. Whole replicas may still lack
 * the sync of their directory, which is made up for here, so that what the inventory names is
 * durable.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileId } from '../domain/ids.js';
import { isDiskFailure } from './disk-error.js';
import { parseStagedName, type ReplicaPart } from './layout.js';
import { type Listing, listBuckets, mapWindows } from './object-listing.js';
import { fileBytes, removePair, type StoreParts, setAside } from './replica-files.js';

export interface RecoveryReport {
  /** Whole replicas. */
  readonly replicas: number;
  /** Names removed from `staging`. */
  readonly staged: number;
  /** Halves that nobody had been told of. */
  readonly removed: readonly FileId[];
  readonly quarantined: readonly FileId[];
  /** Directories that could not be read, left as they are. */
  readonly unreadable: readonly string[];
}

/** Also counts the bytes of whole replicas. */
export async function recover(parts: StoreParts): Promise<RecoveryReport> {
  const { layout, sync } = parts;
  const stagedNames = await readdir(layout.staging);
  const staged = readStaged(stagedNames);
  const report = {
    replicas: 0,
    staged: stagedNames.length,
    removed: [] as FileId[],
    quarantined: [] as FileId[],
    unreadable: [] as string[],
  };
  for await (const { path, listing } of listBuckets(layout.objects)) {
    if (listing === undefined) {
      report.unreadable.push(path);
      continue;
    }
    for await (const { fileId, found } of resolveAll(parts, listing, staged)) {
      if (found === 'whole') report.replicas += 1;
      else if (found === 'unreadable') report.unreadable.push(layout.object(fileId).data);
      else report[found].push(fileId);
    }
    await sync.directory(path);
  }
  await emptyStaging(parts, stagedNames);
  await sync.directory(layout.objects);
  return report;
}

async function emptyStaging({ layout, sync }: StoreParts, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(layout.staging, name), { recursive: true, force: true });
  await sync.directory(layout.staging);
}

const resolveAll = (parts: StoreParts, listing: Listing, staged: StagedHalves) =>
  mapWindows(listing, ([fileId, present]) => resolve(parts, fileId, present, staged));

type StagedHalves = Record<ReplicaPart, ReadonlySet<FileId>>;

interface Finding {
  readonly fileId: FileId;
  readonly found: 'whole' | 'removed' | 'quarantined' | 'unreadable';
}

async function resolve(
  parts: StoreParts,
  fileId: FileId,
  present: ReadonlySet<ReplicaPart>,
  staged: StagedHalves,
): Promise<Finding> {
  const paths = parts.layout.object(fileId);
  try {
    if (present.size === 1 && staged[present.has('data') ? 'manifest' : 'data'].has(fileId)) {
      await removePair(paths);
      return { fileId, found: 'removed' };
    }
    parts.space.addUsed((await fileBytes(paths.data)) ?? 0);
    if (present.size === 2) return { fileId, found: 'whole' };
    await setAside(parts, fileId);
    return { fileId, found: 'quarantined' };
  } catch (error) {
    if (!isDiskFailure(error)) throw error;
    parts.sync.noteError(error);
    return { fileId, found: 'unreadable' };
  }
}

function readStaged(names: readonly string[]): StagedHalves {
  const staged = { data: new Set<FileId>(), manifest: new Set<FileId>() };
  for (const name of names) {
    const known = parseStagedName(name);
    if (known !== undefined) staged[known.part].add(known.fileId);
  }
  return staged;
}
