import fc from 'fast-check';
import { resolveTransferLimits } from '../../../src/transfer/limits.js';
import {
  decodeRequestHead,
  encodeRequestHead,
  type RequestHead,
} from '../../../src/transfer/request-head.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { anyFileId, anyUploadId } from './ids.js';

const { headBytesMax } = resolveTransferLimits();
const claims = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const index = fc.nat(2 ** 32 - 1);

const anyHead: fc.Arbitrary<RequestHead> = fc.oneof(
  fc.record({
    operation: fc.constant('put'),
    claims,
    fileId: anyFileId,
    uploadId: anyUploadId,
  }),
  fc.record({
    operation: fc.constant('get'),
    claims,
    fileId: anyFileId,
    range: fc.record({ first: index, count: index }),
  }),
  fc.record({ operation: fc.constant('manifest'), claims, fileId: anyFileId }),
);

export const requestHead: Decoder<RequestHead> = {
  name: 'request-head',
  valid: anyHead.map(encodeRequestHead),
  decode: (bytes) => decodedUnless('usage', () => decodeRequestHead(bytes)),
  encode: encodeRequestHead,
  hard: () => [0x0b, 0x12, 0xff, 0x80].map((byte) => Buffer.alloc(headBytesMax, byte)),
};
