/**
 * `cluster.json`: of which cluster the table beside it is, so that a table that was emptied or
 * deleted is not taken for one that was never made.
 *
 * It is written when the first epoch of a table is durable and before that epoch is used. A crash
 * before leaves a table without it, which gets one at the next start.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ReelkeepError } from '../domain/errors.js';
import { type ClusterId, clusterId, isClusterId } from '../domain/ids.js';
import { toDiskError, unlessAbsent } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import type { TableFacts } from './read-table.js';

export interface TableMarker {
  readonly clusterId: ClusterId;
  /** Of which cluster the table is, the keepers that it is made again from may say otherwise. */
  readonly isProvisional?: true | undefined;
  /** The last time a snapshot was put in the table's place. */
  readonly restored?: Restored | undefined;
  /** The table was closed whole, and nobody has opened it since. */
  readonly closed?: Closed | undefined;
}

interface Restored {
  /** As it was asked for. */
  readonly asked: string;
  /** The name of the file that it was. */
  readonly snapshot: string;
}

interface Closed {
  readonly facts: Required<TableFacts>;
  /** Of the table's file: what shows that it has been touched. */
  readonly bytes: number;
  readonly inode: string;
  readonly changedNs: string;
}

const count = z.int().nonnegative();
const ofCluster = z.string().refine(isClusterId).transform(clusterId);
const closed = z.object({
  facts: z.object({
    clusterId: ofCluster,
    epoch: count,
    commit: count,
    rows: count,
    files: count,
    program: z.string(),
  }),
  bytes: count,
  inode: z.string(),
  changedNs: z.string(),
});

const schema = z.object({
  format: z.literal(1),
  clusterId: ofCluster,
  isProvisional: z.literal(true).optional(),
  restored: z.object({ asked: z.string(), snapshot: z.string() }).optional(),
  closed: closed.optional(),
});

/**
 * @returns undefined when there is none.
 * @throws ReelkeepError `integrity` when it is damaged or was written by a newer Reelkeep.
 */
export async function readMarker(path: string): Promise<TableMarker | undefined> {
  const text = await unlessAbsent(readFile(path, 'utf8')).catch((error: unknown) => {
    throw toDiskError(`reading ${path}`, error);
  });
  return text === undefined ? undefined : parseMarker(path, text);
}

/** @throws ReelkeepError `integrity` */
export function parseMarker(path: string, text: string): TableMarker {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) {
    const { format: _, ...marker } = parsed.data;
    return marker;
  }
  throw new ReelkeepError(
    'integrity',
    `${path} is damaged or of a newer version: put it back from a copy, or remove it if the table beside it is this cluster's`,
  );
}

/**
 * Says whose table it is.
 * @param isProvisional its cluster is not known for certain before a keeper has said it
 */
export async function markTable(
  path: string,
  clusterId: ClusterId,
  isProvisional: boolean,
): Promise<void> {
  const marker = await readMarker(path);
  if (marker?.clusterId === clusterId && (marker.isProvisional ?? false) === isProvisional) return;
  await writeMarker(path, {
    ...marker,
    clusterId,
    isProvisional: isProvisional ? true : undefined,
  });
}

/** Whole or not at all: written beside, synced, renamed over, directory synced. */
export async function writeMarker(path: string, marker: TableMarker): Promise<void> {
  const spare = `${path}.tmp`;
  const sync = new DiskSync({ durability: 'strict' });
  try {
    const handle = await open(spare, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ format: 1, ...marker }, null, 2)}\n`);
      await sync.file(handle, spare);
    } finally {
      await handle.close();
    }
    await rename(spare, path);
    await sync.directory(dirname(path));
  } catch (error) {
    throw toDiskError(`writing ${path}`, error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
