/** A durable copy of a table that may be in use: as it was at one commit, whatever is committed meanwhile. */
import { open as openFile } from 'node:fs/promises';
import { open } from 'lmdb';
import { DiskSync } from './disk-sync.js';
import { toTableError } from './lmdb-error.js';
import { tableMapBytesMax } from './lmdb-table-store.js';

/** @throws ReelkeepError `no-space`, `unavailable` */
export async function copyTable(from: string, to: string): Promise<void> {
  const database = open({ path: from, readOnly: true, mapSize: tableMapBytesMax });
  try {
    await database.backup(to, false);
  } catch (error) {
    throw toTableError(`copying ${from}`, error);
  } finally {
    await database.close();
  }
  const handle = await openFile(to, 'r+');
  try {
    await handle.chmod(0o600);
    await new DiskSync({ durability: 'strict' }).file(handle, to);
  } finally {
    await handle.close();
  }
}
