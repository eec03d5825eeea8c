import fc from 'fast-check';
import { parseMarker, type TableMarker } from '../../../src/storage/table-marker.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { deepJson } from './deep-json.js';
import { anyClusterId } from './ids.js';

const count = fc.maxSafeNat();
const digits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const closed = fc.record({
  facts: fc.record({
    clusterId: anyClusterId,
    epoch: count,
    commit: count,
    rows: count,
    files: count,
    program: fc.string(),
  }),
  bytes: count,
  inode: digits,
  changedNs: digits,
});

const anyMarker: fc.Arbitrary<TableMarker> = fc.record(
  {
    clusterId: anyClusterId,
    isProvisional: fc.constant(true),
    restored: fc.record({ asked: fc.string(), snapshot: fc.string() }),
    closed,
  },
  { requiredKeys: ['clusterId'] },
);

const encode = (marker: TableMarker): Buffer =>
  Buffer.from(`${JSON.stringify({ format: 1, ...marker }, null, 2)}\n`);

/** `cluster.json`, with the note of a table that was closed whole. */
export const tableMarker: Decoder<TableMarker> = {
  name: 'table-marker',
  valid: anyMarker.map(encode),
  decode: (bytes) =>
    decodedUnless('integrity', () => parseMarker('cluster.json', bytes.toString('utf8'))),
  encode,
  hard: () => deepJson(1024 ** 2),
};
