/**
 * Makes a named tree of playable mp4s out of a keeper's directory, with nothing running.
 *
 * Names are those of the time of the upload. Where several replicas had one name, the newest gets
 * it. Nothing that is there already is overwritten.
 */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import type { Manifest } from '../domain/manifest.js';
import { acceptName } from '../domain/names.js';
import { isSystemError, toDiskError } from './disk-error.js';
import { type Placed, placeFile } from './export-file.js';
import { readIdentity } from './identity-file.js';
import { createLayout, type Layout } from './layout.js';
import { makeDirectories } from './make-root.js';
import { readManifestFile } from './manifest-file.js';
import { listBuckets, mapWindows } from './object-listing.js';
import { fileBytes } from './replica-files.js';

export interface ExportReport {
  /** Share their bytes with the keeper's directory. */
  readonly linked: number;
  readonly copied: number;
  /** Were in the tree already, as the same file. */
  readonly present: number;
  /** Names, or file ids where no name is known, with the reason. */
  readonly refused: readonly { readonly what: string; readonly reason: string }[];
}

/**
 * @param root of a keeper.
 * @param to made when it does not exist.
 * @throws ReelkeepError `usage` when `root` is not a keeper's directory.
 */
export async function exportTree(root: string, to: string): Promise<ExportReport> {
  const layout = createLayout(resolve(root));
  if ((await readIdentity(layout.identity)) === undefined)
    throw new ReelkeepError('usage', `${root} is not a keeper's directory: it has no keeper.json`);
  const report: Tally = { linked: 0, copied: 0, present: 0, refused: [] };
  try {
    await makeDirectories(to);
    const tree = await realpath(to);
    for (const file of (await collect(layout, report)).values())
      count(report, file.name, await placeFile(layout.object(file.fileId).data, file, tree));
  } catch (error) {
    throw toDiskError(`exporting to ${to}`, error);
  }
  return report;
}

type Tally = { -readonly [Key in keyof ExportReport]: ExportReport[Key] } & {
  refused: { what: string; reason: string }[];
};

function count(report: Tally, name: string, placed: Placed): void {
  if (typeof placed === 'string') report[placed] += 1;
  else report.refused.push({ what: name, reason: placed.reason });
}

type Named = Pick<Manifest, 'fileId' | 'name' | 'size' | 'digest' | 'createdAt'>;

/** By name, the newest of each. */
async function collect(layout: Layout, report: Tally): Promise<ReadonlyMap<string, Named>> {
  const named = new Map<string, Named>();
  for await (const { path, listing } of listBuckets(layout.objects)) {
    if (listing === undefined) report.refused.push({ what: path, reason: 'it cannot be read' });
    const replicas = mapWindows(listing?.keys() ?? [], async (fileId) => ({
      fileId,
      read: await readNamed(layout, fileId),
    }));
    for await (const { fileId, read } of replicas) {
      if (typeof read === 'string') report.refused.push({ what: fileId, reason: read });
      else keepNewest(named, read, report);
    }
  }
  return named;
}

function keepNewest(named: Map<string, Named>, read: Named, report: Tally): void {
  const other = named.get(read.name);
  const [newest, older] =
    other !== undefined && other.createdAt > read.createdAt ? [other, read] : [read, other];
  named.set(read.name, newest);
  if (older === undefined) return;
  const reason = `a newer file has its name, "${read.name}"`;
  report.refused.push({ what: older.fileId, reason });
}

/** Answers the reason as text when the replica is not fit to be exported. */
async function readNamed(layout: Layout, fileId: Manifest['fileId']): Promise<Named | string> {
  try {
    const paths = layout.object(fileId);
    const file = await readManifestFile(paths.manifest, fileId);
    if (file.state === 'absent') return 'it has no manifest';
    if (file.state === 'bad') return file.reason;
    const { name, size, digest, createdAt } = file.manifest;
    if ((await fileBytes(paths.data)) !== size)
      return 'its data has another length than its manifest says';
    const verdict = acceptName(name);
    return verdict.ok ? { fileId, name: verdict.name, size, digest, createdAt } : verdict.reason;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.message;
  }
}
