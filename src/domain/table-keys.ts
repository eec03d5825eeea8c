/**
 * Where each row of the lookup table stands.
 *
 *   f/<fileId>             the file and its replicas
 *   n/<name>               which file has the name
 *   c/<name>\0<fileId>     a file that was adopted claims the name, and has another one
 *   h/<keeper>/<fileId>    a keeper has a replica row in that file
 *   u/<uploadId>           an upload in progress
 *   r/<name>               which upload holds the name
 *   e/<uploadId>           an upload that ended
 *   o/<number>             the order in which uploads ended
 *   t/<fileId>             a tombstone
 *   d/<keeper>/<fileId>    a keeper has not confirmed that tombstone
 *   g/<fileId>             a deletion that a keeper remembers
 *   k/<keeper>             a keeper
 *   s                      the totals
 *   l                      the terms that the table was in
 *   m                      the store's own
 *
 * The longest, a name of 1,024 bytes with a file id, stays below the 1,978 bytes that a key of LMDB may have.
 */
import type { FileRecord } from './file-record.js';
import type { FileId, KeeperId, UploadId } from './ids.js';
import type { KeeperRecord } from './keeper-record.js';
import type { KeyRange, RowKey, TableKey } from './table-port.js';
import type {
  DeletedFile,
  EndedPlace,
  EndedUpload,
  FileRef,
  OpenUpload,
  TermsBegun,
  Tombstone,
  UploadRef,
} from './table-rows.js';
import type { TableTotals } from './table-totals.js';

export const fileKey = (id: FileId) => key<FileRecord>(`f/${id}`);
export const nameKey = (name: string) => key<FileRef>(`n/${utf8(name)}`);
export const claimKey = (name: string, id: FileId) => key<FileRef>(`c/${utf8(name)}\0${id}`);
export const holderKey = (keeper: KeeperId, id: FileId) => key<FileRef>(`h/${keeper}/${id}`);
export const uploadKey = (id: UploadId) => key<OpenUpload>(`u/${id}`);
export const reservationKey = (name: string) => key<UploadRef>(`r/${utf8(name)}`);
export const endedKey = (id: UploadId) => key<EndedUpload>(`e/${id}`);
export const endedOrderKey = (place: number) =>
  key<EndedPlace>(`o/${String(place).padStart(16, '0')}`);
export const tombstoneKey = (id: FileId) => key<Tombstone>(`t/${id}`);
export const dueKey = (keeper: KeeperId, id: FileId) => key<FileRef>(`d/${keeper}/${id}`);
export const deletedKey = (id: FileId) => key<DeletedFile>(`g/${id}`);
export const keeperKey = (keeper: KeeperId) => key<KeeperRecord>(`k/${keeper}`);
export const totalsKey = key<TableTotals>('s');
export const termsKey = key<TermsBegun>('l');

export const filesAfter = (after?: FileId) => range<FileRecord>('f/', after);
/** Names that begin with `prefix` and come after `after` in the order of their UTF-8 bytes. */
export const namesAfter = (prefix: string, after: string) => {
  const whole = range<FileRef>(`n/${utf8(prefix)}`);
  const next = successor(nameKey(after));
  return after !== '' && next > whole.start ? { ...whole, start: next } : whole;
};
export const claimsOf = (name: string) => range<FileRef>(`c/${utf8(name)}\0`);
export const holdersAfter = (keeper: KeeperId, after?: FileId) =>
  range<FileRef>(`h/${keeper}/`, after);
export const dropsDueOf = (keeper: KeeperId, after?: FileId) =>
  range<FileRef>(`d/${keeper}/`, after);
export const openUploads = range<OpenUpload>('u/');
export const endedInOrder = range<EndedPlace>('o/');
export const allKeepers = range<KeeperRecord>('k/');

function key<Row>(text: string): RowKey<Row> {
  return text as RowKey<Row>;
}

function range<Row>(prefix: string, after?: string): KeyRange<Row> {
  const start = after === undefined ? key<Row>(prefix) : successor(key<Row>(prefix + after));
  // Every prefix ends in "/", in "\0" or in a byte of UTF-8, and none is the greatest byte.
  const last = prefix.charCodeAt(prefix.length - 1);
  return { start, end: key<Row>(prefix.slice(0, -1) + String.fromCharCode(last + 1)) };
}

/** The least key that is greater. */
function successor<Key extends TableKey>(of: Key): Key {
  return `${of}\0` as Key;
}

const encoder = new TextEncoder();

function utf8(text: string): string {
  return Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join('');
}
