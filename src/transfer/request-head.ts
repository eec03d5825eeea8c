/** The head of a request: which transfer is wanted, and the claims of the ticket for it. */
import type { ChunkRange } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import { type FileId, isFileId, isUploadId, type UploadId } from '../domain/ids.js';
import { Operation, RequestHead as WireHead } from './generated/reelkeep/transfer/v1/transfer.js';

export type RequestHead = {
  /** An encoded ticket's claims. */
  readonly claims: Uint8Array;
  readonly fileId: FileId;
} & (
  | { readonly operation: 'put'; readonly uploadId: UploadId }
  | { readonly operation: 'get'; readonly range: ChunkRange }
  | { readonly operation: 'manifest' }
);

const wireOperation = {
  put: Operation.PUT,
  get: Operation.GET,
  manifest: Operation.MANIFEST,
} as const;

export function encodeRequestHead(head: RequestHead): Buffer {
  const wire: WireHead = {
    operation: wireOperation[head.operation],
    claims: Buffer.from(head.claims),
    fileId: head.fileId,
    uploadId: head.operation === 'put' ? head.uploadId : '',
    firstChunk: head.operation === 'get' ? head.range.first : 0,
    chunkCount: head.operation === 'get' ? head.range.count : 0,
  };
  return Buffer.from(WireHead.encode(wire).finish());
}

/** @throws ReelkeepError `usage` for anything but a whole and well-formed head */
export function decodeRequestHead(bytes: Uint8Array): RequestHead {
  const { claims, fileId, uploadId, operation, firstChunk, chunkCount } = decodeWire(bytes);
  if (!isFileId(fileId)) throw malformed('its file id');
  switch (operation) {
    case Operation.PUT:
      if (!isUploadId(uploadId)) throw malformed('its upload id');
      return { operation: 'put', claims, fileId, uploadId };
    case Operation.GET:
      if (!isCount(firstChunk) || !isCount(chunkCount)) throw malformed('its range');
      return { operation: 'get', claims, fileId, range: { first: firstChunk, count: chunkCount } };
    case Operation.MANIFEST:
      return { operation: 'manifest', claims, fileId };
    case Operation.UNSPECIFIED:
      throw malformed('its operation');
  }
}

/** A chunk's index is a u32 on the wire. */
const isCount = (value: number): boolean => value >= 0 && value < 2 ** 32;

function decodeWire(bytes: Uint8Array): WireHead {
  try {
    return WireHead.decode(bytes);
  } catch (notAHead) {
    throw malformed('bytes that are no head', notAHead);
  }
}

const malformed = (what: string, cause?: unknown): ReelkeepError =>
  new ReelkeepError('usage', `the request is malformed: ${what}`, { cause });
