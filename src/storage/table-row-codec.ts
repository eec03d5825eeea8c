/**
 * A row as bytes: one byte of version, four of CRC-32 (big-endian), then JSON in UTF-8.
 *
 * LMDB has no checksums of its own. This one covers the key too, so that a row found under
 * the key of another is noticed as well as a flipped bit.
 */
import { crc32 } from 'node:zlib';
import { ReelkeepError } from '../domain/errors.js';
import type { RowKey, TableKey } from '../domain/table-port.js';

const version = 1;
const crcAt = 1;
const payloadAt = 5;

export const keyBytes = (key: TableKey): Buffer => Buffer.from(key, 'latin1');

export const keyOf = <Row>(bytes: Uint8Array): RowKey<Row> =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as RowKey<Row>;

export function encodeRow(key: TableKey, row: unknown): Buffer {
  const json = JSON.stringify(row);
  const bytes = Buffer.allocUnsafe(payloadAt + Buffer.byteLength(json));
  bytes.writeUInt8(version, 0);
  bytes.write(json, payloadAt, 'utf8');
  bytes.writeUInt32BE(checksum(keyBytes(key), bytes), crcAt);
  return bytes;
}

/** @throws ReelkeepError `integrity` when these are not the bytes that were written under this key. */
export function decodeRow<Row>(key: RowKey<Row>, bytes: Buffer): Row {
  requireRow(keyBytes(key), bytes);
  return JSON.parse(bytes.toString('utf8', payloadAt));
}

/** What `decodeRow` requires, without making a row of it. */
export function requireRow(key: Buffer, bytes: Buffer): void {
  if (bytes.length < payloadAt || bytes.readUInt32BE(crcAt) !== checksum(key, bytes))
    throw damaged(key, 'its checksum does not match');
  if (bytes.readUInt8(0) !== version)
    throw damaged(key, `its version is ${bytes.readUInt8(0)}, this program knows ${version}`);
}

function checksum(key: Buffer, bytes: Buffer): number {
  const ofVersion = crc32(bytes.subarray(0, crcAt), crc32(key));
  return crc32(bytes.subarray(payloadAt), ofVersion);
}

const damaged = (key: Buffer, why: string) =>
  new ReelkeepError(
    'integrity',
    `row ${JSON.stringify(key.toString('latin1'))} of the table is damaged: ${why}`,
  );
