/** Looking for files, and for the root that they belong to, inside a task. */
import { lstatSync } from 'node:fs';
import type { PlaceInput } from './task-messages.js';

/** @throws the error of the disk when nothing at all is there */
export function isInPlace({ path, device, inode }: PlaceInput): boolean {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return dev === device && ino === inode;
}

export const isThere = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false }) !== undefined;
