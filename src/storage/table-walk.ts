/**
 * Entry of a process that reads a table from end to end and says on stdout what it found. With a
 * second path it first makes a copy there, of a table that may be in use, and reads that.
 */
import { constants, setPriority } from 'node:os';
import { toPlainError } from '../domain/errors.js';
import { isSystemError, toDiskError } from './disk-error.js';
import { PageDamage } from './lmdb-pages.js';
import { readTable } from './read-table.js';
import type { WalkAnswer } from './table-walk-check.js';

const [table = '', copy] = process.argv.slice(2);
// Nobody is there any more to be told.
process.stdin.once('end', () => process.exit(1)).resume();
process.stdout.write(JSON.stringify(await answer()));
process.stdin.destroy();

/** Where that is allowed: it is politeness, and nothing depends on it. */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

async function answer(): Promise<WalkAnswer> {
  try {
    if (copy !== undefined) {
      giveWay();
      // LMDB is not for reading a table that may be damaged.
      const { copyTable } = await import('./copy-table.js');
      await copyTable(table, copy);
    }
    const facts = readTable(copy ?? table);
    return facts === undefined ? { found: 'no rows' } : { found: 'table', facts };
  } catch (error) {
    if (error instanceof PageDamage) return { found: 'damage', why: error.message };
    return { found: 'error', error: toPlainError(toDiskError(`reading ${table}`, error)) };
  }
}
