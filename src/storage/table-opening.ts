/**
 * Judges a master's directory before its table is opened: sound, new, or damaged.
 *
 * A table that is missing or empty is a new one only where nothing says that there was another.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { toDiskError, unlessAbsent } from './disk-error.js';
import type { TableFacts } from './read-table.js';
import { listAside, listSnapshots, type TableDirectory } from './table-directory.js';
import { readMarker, type TableMarker } from './table-marker.js';
import { newestSoundSnapshot } from './table-snapshot-file.js';
import { type WalkVerdict, walkTable } from './table-walk-check.js';

/** What is to be done with the table before it is opened. */
export interface TableOpening {
  /** A path, a name in the directory of snapshots, or `latest`. */
  readonly restore?: string;
  /** A table that is damaged is set aside, and one that is gone is begun anew. */
  readonly rebuild?: boolean;
}

export type TableVerdict =
  | WalkVerdict
  | { readonly found: 'nothing' }
  | { readonly found: 'an empty file' };

/** @throws ReelkeepError `unavailable` when it was kept from finding out */
export async function judgeTable({ table }: TableDirectory): Promise<TableVerdict> {
  const stats = await unlessAbsent(stat(table)).catch((error: unknown) => {
    throw toDiskError(`reading ${table}`, error);
  });
  if (stats === undefined) return { found: 'nothing' };
  return stats.size === 0 ? { found: 'an empty file' } : await walkTable(table);
}

/**
 * @returns what the table is; undefined when it has yet to be made
 * @throws ReelkeepError `integrity`, which says what to do
 */
export async function requireTable(place: TableDirectory): Promise<TableFacts | undefined> {
  const marker = await readMarker(place.marker);
  const verdict = await judgeTable(place);
  if (verdict.found === 'table') {
    const { clusterId } = verdict.facts;
    if (marker === undefined || marker.isProvisional || marker.clusterId === clusterId)
      return verdict.facts;
    throw await damaged(
      place,
      `is the table of cluster ${clusterId}, and ${basename(place.marker)} says that it was that of ${marker.clusterId}`,
    );
  }
  const what = whatIsWrong(verdict);
  if (verdict.found === 'damage') throw await damaged(place, what);
  const was = await whatWasHere(place, marker);
  if (was !== undefined) throw await damaged(place, `${what}, and ${was}`);
  return undefined;
}

function whatIsWrong(verdict: Exclude<TableVerdict, { found: 'table' }>): string {
  switch (verdict.found) {
    case 'nothing':
      return 'is missing';
    case 'an empty file':
      return 'is empty';
    case 'no rows':
      return 'has no rows';
    case 'damage':
      return `is damaged: ${verdict.why}`;
  }
}

async function whatWasHere(
  place: TableDirectory,
  marker: TableMarker | undefined,
): Promise<string | undefined> {
  if (marker !== undefined)
    return `${basename(place.marker)} says that it was the table of cluster ${marker.clusterId}`;
  const [snapshots, aside] = await Promise.all([listSnapshots(place), listAside(place)]);
  const left = snapshots[0]?.name ?? aside[0];
  return left === undefined ? undefined : `${left} says that there was one`;
}

async function damaged(place: TableDirectory, what: string): Promise<ReelkeepError> {
  const newest = await newestSoundSnapshot(place);
  const advice =
    newest === undefined
      ? 'put a good copy in its place, or start with --rebuild; no sound snapshot is there'
      : `put a good copy in its place, or start with --restore ${newest.name}, which knows ${newest.files} files, or with --rebuild`;
  return new ReelkeepError('integrity', `${place.table} ${what}; ${advice}`);
}
