import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  claimKey,
  dueKey,
  endedOrderKey,
  fileKey,
  nameKey,
  totalsKey,
} from '../../../src/domain/table-keys.js';
import type { TableKey } from '../../../src/domain/table-port.js';
import { decodeRow, encodeRow, keyBytes, keyOf } from '../../../src/storage/table-row-codec.js';
import { type Decoder, decodedUnless, refused } from '../decoder.js';
import { anyFileId, anyKeeperId, anyName } from './ids.js';

interface KeyAndRow {
  readonly key: TableKey;
  readonly row: unknown;
}

const anyKey: fc.Arbitrary<TableKey> = fc.oneof(
  anyName.map(nameKey),
  anyFileId.map(fileKey),
  fc.tuple(anyName, anyFileId).map(([name, id]) => claimKey(name, id)),
  fc.tuple(anyKeeperId, anyFileId).map(([keeper, id]) => dueKey(keeper, id)),
  fc.nat().map(endedOrderKey),
  fc.constant(totalsKey),
);

/** What LMDB keeps apart: a u16 of how long the key is, the key, the row. */
function encode({ key, row }: KeyAndRow): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(keyBytes(key).length);
  return Buffer.concat([length, keyBytes(key), encodeRow(key, row)]);
}

/** A row under its key. */
export const tableRow: Decoder<KeyAndRow> = {
  name: 'table-row',
  valid: fc
    .record({ key: anyKey, row: fc.dictionary(fc.string(), fc.jsonValue()) })
    .map(({ key, row }) => encode({ key, row })),
  decode(bytes) {
    if (bytes.length < 2) return refused('there is no key');
    const rowAt = 2 + bytes.readUInt16BE();
    const key = keyOf<unknown>(bytes.subarray(2, rowAt));
    return decodedUnless('integrity', () => ({ key, row: decodeRow(key, bytes.subarray(rowAt)) }));
  },
  encode,
  mayBecome: isDeepStrictEqual,
};
