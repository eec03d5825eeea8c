import fc from 'fast-check';
import type { FileId } from '../../../src/domain/ids.js';
import { decodeDeletions, encodeDeletion } from '../../../src/storage/deletion-log.js';
import { type Decoder, decoded } from '../decoder.js';
import { anyFileId } from './ids.js';

const encode = (fileIds: readonly FileId[]): Buffer => Buffer.concat(fileIds.map(encodeDeletion));

/** `deleted.log`, of which what is damaged is passed over: no file is in it that was not noted. */
export const deletionLog: Decoder<readonly FileId[]> = {
  name: 'deletion-log',
  valid: fc.array(anyFileId, { maxLength: 8 }).map(encode),
  decode: (bytes) => decoded(decodeDeletions(bytes)),
  encode,
  mayBecome: (whole, left) => left.every((fileId) => whole.includes(fileId)),
};
