/**
 * Judges a master's directory before its table is opened: sound, new, or damaged.
 *
 * A table that is missing or empty is a new one only where nothing says that there was another.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import type { ClusterId } from '../domain/ids.js';
import { toDiskError, unlessAbsent } from './disk-error.js';
import type { TableFacts } from './read-table.js';
import { listAside, listSnapshots, type TableDirectory } from './table-directory.js';
import { readMarker, type TableMarker } from './table-marker.js';
import { newestSoundSnapshot } from './table-snapshot-file.js';
import { type WalkVerdict, walkTable } from './table-walk-check.js';

/** What is to be done with the table before it is opened. */
export interface TableOpening {
  /** A snapshot is put in its place: a path, a name in the directory of snapshots, or `latest`. */
  readonly restore?: string;
  /** A table that is damaged is set aside, and one that is gone is begun anew. */
  readonly rebuild?: boolean;
  /**
   * A table of more bytes that is as it was closed is opened unread; whoever opens it has it read
   * beside its use. Every table is read first unless given.
   */
  readonly readLaterAboveBytes?: number;
  /** That a table which has yet to be made is of; made up unless given. */
  readonly cluster?: ClusterId;
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

/** What a master that starts finds. */
export type TableStanding =
  | { readonly type: 'sound'; readonly facts: TableFacts }
  | { readonly type: 'yet to be made' }
  /** Nothing of it is there. */
  | { readonly type: 'gone'; readonly why: string }
  /** What is there cannot be used. */
  | { readonly type: 'damaged'; readonly why: string };

/**
 * @throws ReelkeepError `integrity` when it is the mark that is damaged, which says nothing of the
 *   table; `unavailable` when it was kept from finding out
 */
export async function judgeStanding(place: TableDirectory): Promise<TableStanding> {
  const marker = await readMarker(place.marker);
  const verdict = await judgeTable(place);
  if (verdict.found === 'damage') return { type: 'damaged', why: `is damaged: ${verdict.why}` };
  if (verdict.found === 'table') {
    const { facts } = verdict;
    if (marker === undefined || marker.isProvisional || marker.clusterId === facts.clusterId)
      return { type: 'sound', facts };
    return {
      type: 'damaged',
      why: `is the table of cluster ${facts.clusterId}, and ${basename(place.marker)} says that it was that of ${marker.clusterId}`,
    };
  }
  const was = await whatWasHere(place, marker);
  if (was === undefined) return { type: 'yet to be made' };
  return { type: 'gone', why: `${whatIsMissing(verdict)}, and ${was}` };
}

/**
 * @returns what the table is; undefined when it has yet to be made
 * @throws ReelkeepError `integrity`, which says what to do; and as `judgeStanding` says
 */
export async function requireTable(place: TableDirectory): Promise<TableFacts | undefined> {
  const standing = await judgeStanding(place);
  if (standing.type === 'sound') return standing.facts;
  if (standing.type === 'yet to be made') return undefined;
  throw await damaged(place, standing.why);
}

function whatIsMissing(
  verdict: Exclude<TableVerdict, { readonly found: 'table' | 'damage' }>,
): string {
  switch (verdict.found) {
    case 'nothing':
      return 'is missing';
    case 'an empty file':
      return 'is empty';
    case 'no rows':
      return 'has no rows';
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
