import { readFile } from 'node:fs/promises';
import { blake3 } from '@napi-rs/blake-hash';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileId, keeperId, uploadId } from '../../src/domain/ids.js';
import {
  encodeChunkHeader,
  encodeEnd,
  encodeGreeting,
  encodeRequest,
  encodeVerdict,
} from '../../src/transfer/frames.js';
import { encodeRequestHead } from '../../src/transfer/request-head.js';
import { proveRequest, signTicket } from '../../src/transfer/ticket-proof.js';

const file = fileId('f0'.repeat(16));
const upload = uploadId('a1'.repeat(16));
const hello = Buffer.from('hello');
const challenge = Buffer.alloc(32, 0x22);
const ticket = signTicket(
  {
    operation: 'put',
    fileId: file,
    uploadId: upload,
    keeper: keeperId('keeper-1'),
    incarnation: 3,
    epoch: 5,
    size: hello.length,
    expiresAtMs: 60_000,
    nonce: '0c'.repeat(16),
    keyId: 7,
  },
  Buffer.alloc(32, 0x11),
);
const head = encodeRequestHead({
  operation: 'put',
  claims: ticket.claims,
  fileId: file,
  uploadId: upload,
});
const proof = proveRequest(ticket.proofKey, { challenge, requestNumber: 0, head });

let page: string;
beforeAll(async () => {
  const text = await readFile(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
  page = text.replaceAll(/\s/g, '');
});

describe('the example on the protocol page', () => {
  it.each([
    ['greeting', encodeGreeting()],
    ['claims', ticket.claims],
    ['proof key', ticket.proofKey],
    ['proof', proof],
    ['chunk', Buffer.concat([encodeChunkHeader(0, 5, blake3(hello)), hello])],
    ['end', encodeEnd({ bytes: 5, chunks: 1, digest: blake3(blake3(hello)) })],
    ['verdict', encodeVerdict({ code: 'ok', detail: '' }, 0)],
  ])('shows the bytes of the %s', (_name, bytes) => {
    expect(page).toContain(bytes.toString('hex'));
  });

  it('shows the parts of the request', () => {
    const request = encodeRequest(proof, head).toString('hex');
    const id = (text: string) => `20${Buffer.from(text).toString('hex')}`;

    expect(request).toBe(
      `01000000c6${proof.toString('hex')}0801127e${ticket.claims.toString('hex')}1a${id(file)}22${id(upload)}`,
    );
  });
});
