/**
 * `keeper.json`: who this directory is. The identity belongs to the directory, not to the process
 * or the machine. Always written durably, whatever the durability of replicas.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ReelkeepError } from '../domain/errors.js';
import {
  type ClusterId,
  clusterId,
  isClusterId,
  isKeeperId,
  type KeeperId,
  keeperId,
} from '../domain/ids.js';
import type { SeenInTerm } from '../domain/term-line.js';
import { hasCode, isSystemError, toDiskError, unlessAbsent } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import { storageLimits } from './limits.js';

const { identityRoomBytes } = storageLimits;

export interface KeeperIdentity {
  readonly keeperId: KeeperId;
  /** Null until a master has taken this keeper in. */
  readonly clusterId: ClusterId | null;
  /** +1 at each start. */
  readonly incarnation: number;
  /** The highest that any master has shown. */
  readonly highestEpoch: number;
  readonly highestCommit: number;
  /** The last terms of masters that were obeyed, in order. */
  readonly terms: readonly SeenInTerm[];
}

const count = z.number().int().nonnegative();
const identitySchema = z.object({
  format: z.literal(1),
  keeperId: z.string().refine(isKeeperId).transform(keeperId),
  clusterId: z.string().refine(isClusterId).transform(clusterId).nullable(),
  incarnation: count,
  highestEpoch: count,
  highestCommit: count,
  terms: z.array(z.object({ termId: z.string(), commit: count })).default([]),
});

export const newIdentity = (id: KeeperId | undefined): KeeperIdentity => ({
  keeperId: id ?? keeperId(`k-${randomBytes(4).toString('hex')}`),
  clusterId: null,
  incarnation: 0,
  highestEpoch: 0,
  highestCommit: 0,
  terms: [],
});

/**
 * @returns undefined when there is no such file.
 * @throws ReelkeepError `integrity` when it is damaged or was written by a newer Reelkeep.
 */
export async function readIdentity(path: string): Promise<KeeperIdentity | undefined> {
  const text = await readBounded(path);
  return text === undefined ? undefined : parseIdentity(path, text);
}

/** @throws ReelkeepError `integrity`, also for one that could not be written again */
export function parseIdentity(path: string, text: string): KeeperIdentity {
  const parsed = identitySchema.safeParse(parseJson(text));
  if (parsed.success) {
    const { format: _, ...identity } = parsed.data;
    if (fitsIntoItsRoom(identityText(identity))) return identity;
  }
  throw new ReelkeepError(
    'integrity',
    `${path} is damaged or of a newer version: put it back from a copy; without it nobody knows which keeper this directory belongs to`,
  );
}

export const identityText = (identity: KeeperIdentity): string =>
  JSON.stringify({ format: 1, ...identity }, null, 2);

const fitsIntoItsRoom = (text: string): boolean => Buffer.byteLength(text) < identityRoomBytes;

/**
 * Whole or not at all: written beside, synced, renamed over, directory synced.
 *
 * Two files of one size are used in turn, and what was replaced becomes the one to write over next:
 * a full disk must not make a keeper mute, however often a master takes it in.
 *
 * @param sync a strict one, made for this writing: the next one writes everything anew, and so may
 *   be believed though this one fails.
 */
export async function writeIdentity(
  path: string,
  identity: KeeperIdentity,
  sync = new DiskSync({ durability: 'strict' }),
): Promise<void> {
  const spare = `${path}.tmp`;
  const former = `${path}.old`;
  const text = identityText(identity);
  assert(fitsIntoItsRoom(text), 'an identity fits into the room kept for it');
  try {
    await unlessAbsent(unlink(former));
    await writeInItsRoom(spare, text, sync);
    const isKept = await linkIfPossible(path, former);
    await rename(spare, path);
    await sync.directory(dirname(path));
    // Not before that is durable: else a power cut might leave two names of one file.
    if (isKept) await rename(former, spare);
    else await keepRoom(spare, sync);
  } catch (error) {
    sync.noteError(error);
    throw toDiskError(`writing ${path}`, error);
  }
}

/** Filled up to all the room that is kept; damage may have taken some of it, and the disk be full. */
async function writeInItsRoom(path: string, text: string, sync: DiskSync): Promise<void> {
  const filledTo = (bytes: number): string => `${text.padEnd(bytes - 1)}\n`;
  try {
    await writeOver(path, filledTo(identityRoomBytes), sync);
  } catch (error) {
    if (!isNoSpace(error)) throw error;
    const { size } = await stat(path);
    if (size <= Buffer.byteLength(text)) throw error;
    await writeOver(path, filledTo(size), sync);
  }
}

/** Over the room that the file has, when it has any. */
async function writeOver(path: string, text: string, sync: DiskSync): Promise<void> {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants;
  const handle = await open(path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    await handle.writeFile(text);
    await sync.file(handle, path);
  } finally {
    await handle.close();
  }
}

/** Answers false when there is nothing to link, or when this file system knows no second names. */
async function linkIfPossible(path: string, name: string): Promise<boolean> {
  try {
    await link(path, name);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** As far as there is any. */
async function keepRoom(path: string, sync: DiskSync): Promise<void> {
  try {
    await writeOver(path, ' '.repeat(identityRoomBytes), sync);
  } catch (error) {
    if (!isNoSpace(error)) throw error;
  }
}

const isNoSpace = (error: unknown): boolean =>
  error instanceof ReelkeepError ? error.code === 'no-space' : hasCode(error, 'ENOSPC', 'EDQUOT');

async function readBounded(path: string): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const handle = await unlessAbsent(open(path, flags));
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    return size > storageLimits.identityBytesMax ? '' : await handle.readFile('utf8');
  } finally {
    await handle.close();
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
