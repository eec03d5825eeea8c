/**
 * Entry of a process that reads a table from end to end and ends with 0 when it could.
 *
 * LMDB ends the process that meets a damaged page, so the master does not go first.
 */
import { open } from 'lmdb';
import { tableMapBytesMax } from './lmdb-table-store.js';

const [path] = process.argv.slice(2);
const database = open<Buffer, Buffer>({
  path: path ?? '',
  encoding: 'binary',
  keyEncoding: 'binary',
  mapSize: tableMapBytesMax,
  readOnly: true,
});
let bytes = 0;
for (const { value } of database.getRange()) bytes += value.length;
await database.close();
process.stdout.write(`${bytes}\n`);
