/** The claims of a ticket between their encoded form, which is what is signed, and the domain's. */
import { ReelkeepError } from '../domain/errors.js';
import { isDigest, isFileId, isKeeperId, isUploadId, wallMs } from '../domain/ids.js';
import { isBearer } from '../domain/principal.js';
import type { TicketClaims } from '../domain/ticket.js';
import {
  Operation,
  TicketClaims as WireClaims,
} from './generated/reelkeep/transfer/v1/transfer.js';

const nonceForm = /^[0-9a-f]{32}$/;

export function encodeClaims(claims: TicketClaims): Buffer {
  const wire: WireClaims = {
    operation: claims.operation === 'put' ? Operation.PUT : Operation.GET,
    fileId: claims.fileId,
    uploadId: claims.uploadId ?? '',
    keeperId: claims.keeper,
    incarnation: claims.incarnation,
    epoch: claims.epoch,
    size: claims.size,
    digest: claims.digest ?? '',
    expiresAtMs: Math.ceil(claims.expiresAtMs),
    nonce: claims.nonce,
    keyId: claims.keyId,
    name: claims.label?.name ?? '',
    target: claims.label?.target ?? 0,
    createdAtMs: claims.label?.createdAt ?? 0,
    forCopy: claims.forCopy ?? false,
    bearer: claims.bearer ?? '',
  };
  return Buffer.from(WireClaims.encode(wire).finish());
}

/** @throws ReelkeepError `not-allowed` for anything but whole and well-formed claims */
export function decodeClaims(bytes: Uint8Array): TicketClaims {
  const wire = decodeWire(bytes);
  const { fileId, keeperId, nonce, incarnation, epoch, size, expiresAtMs, keyId, bearer } = wire;
  if (!isFileId(fileId)) throw malformed('its file id');
  if (!isKeeperId(keeperId)) throw malformed('its keeper id');
  if (!nonceForm.test(nonce)) throw malformed('its nonce');
  if (bearer !== '' && !isBearer(bearer)) throw malformed('its bearer');
  return {
    ...operationPart(wire),
    fileId,
    keeper: keeperId,
    incarnation: counted(incarnation, 'incarnation'),
    epoch: counted(epoch, 'epoch'),
    size: counted(size, 'size'),
    expiresAtMs: counted(expiresAtMs, 'expiry'),
    nonce,
    ...(bearer === '' ? {} : { bearer }),
    keyId,
  };
}

function operationPart(wire: WireClaims) {
  if (wire.operation === Operation.PUT) return putPart(wire);
  if (wire.operation === Operation.GET) return getPart(wire);
  throw malformed('its operation');
}

function putPart(wire: WireClaims) {
  const { uploadId, digest, forCopy } = wire;
  if (!isUploadId(uploadId)) throw malformed('its upload id');
  if (digest !== '') throw malformed('a digest that a put cannot have');
  if (forCopy) throw malformed('a copy that a put cannot be for');
  return { operation: 'put', uploadId, ...labelPart(wire) } as const;
}

function getPart({ uploadId, digest, forCopy }: WireClaims) {
  if (!isDigest(digest)) throw malformed('its digest');
  if (uploadId !== '') throw malformed('an upload id that a get cannot have');
  return { operation: 'get', digest, ...(forCopy ? { forCopy } : {}) } as const;
}

function labelPart({ name, target, createdAtMs }: WireClaims) {
  if (name === '') return {};
  return { label: { name, target, createdAt: wallMs(counted(createdAtMs, 'creation time')) } };
}

/** The generated decoder lets a negative number through where a varint has more than 64 bits. */
function counted(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw malformed(`its ${name}`);
  return value;
}

function decodeWire(bytes: Uint8Array): WireClaims {
  try {
    return WireClaims.decode(bytes);
  } catch (notClaims) {
    throw malformed('bytes that are no claims', notClaims);
  }
}

const malformed = (what: string, cause?: unknown): ReelkeepError =>
  new ReelkeepError('not-allowed', `the ticket is malformed: ${what}`, { cause });
