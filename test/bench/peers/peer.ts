/** Another system that stores files, driven as its user would, so that it can be measured on the same work. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import type { Timed } from '../timed-command.js';

export interface Peer {
  readonly name: string;
  /** What it is made to do, and how that compares. */
  readonly what: string;
  /** Programs that it needs; without one of them it is skipped. */
  readonly programs: readonly string[];
  /** All that it writes lies in the directory. */
  start(dir: string): Promise<RunningPeer>;
}

export interface RunningPeer {
  /** Three copies of each when this resolves. */
  put(films: readonly string[], atATime: number): Promise<Timed>;
  /** Into the directory, under their own names. */
  get(films: readonly string[], target: string, atATime: number): Promise<Timed>;
  /** Every copy of every film, off its disks. */
  clear(): Promise<void>;
  /** Paths of all copies, so that they can be in the page cache before they are asked for. */
  stored(): Promise<readonly string[]>;
  end(): Promise<void>;
}

const extraPath = '/usr/sbin';

/** @returns where it lies, undefined when it is not installed */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), extraPath];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // not there, or not to be run
    return false;
  }
}

/** @throws Error for one whose absence was not looked for before */
export function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}
