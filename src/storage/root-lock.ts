/// <reference path="./fs-native-extensions.d.ts" />
/** One keeper at a time owns a root. The lock ends with the process that holds it, however that ends. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tryLock } from 'fs-native-extensions';
import { ReelkeepError } from '../domain/errors.js';

export interface RootLock {
  release(): Promise<void>;
}

/** What the number of the process that holds it takes in the file. */
const holderBytes = 16;

/** @throws ReelkeepError `conflict` while another keeper holds it. */
export async function lockRoot(path: string): Promise<RootLock> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(path, flags, 0o600);
  try {
    if (!tryLock(handle.fd)) throw await heldByAnother(path, handle);
    // over what the last holder wrote: a disk that is full by now has no other room for it
    await handle.write(`${process.pid}\n`.padStart(holderBytes), 0);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { release: () => handle.close() };
}

async function heldByAnother(path: string, handle: FileHandle): Promise<ReelkeepError> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(holderBytes), 0, holderBytes, 0);
  const holder = Number(buffer.toString('latin1', 0, bytesRead));
  const who = holder > 0 ? `process ${holder}` : 'another process';
  return new ReelkeepError('conflict', `${who} uses this directory: ${path} is locked`);
}
