import { isDeepStrictEqual } from 'node:util';
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { TicketClaims } from '../../../src/domain/ticket.js';
import { FrameError } from '../../../src/transfer/frame-decoder.js';
import { dialGreetingBytes, encodeGreeting, encodeRequest } from '../../../src/transfer/frames.js';
import {
  decodeRequestHead,
  encodeRequestHead,
  type RequestHead,
} from '../../../src/transfer/request-head.js';
import { proveRequest, signTicket, verifyRequest } from '../../../src/transfer/ticket-proof.js';
import { type Decoder, decoded, type Outcome, refused } from '../decoder.js';
import { readFrames } from './frame-stream.js';
import { anyClaims } from './ticket-claims.js';

interface Proven {
  readonly head: RequestHead;
  readonly claims: TicketClaims;
}

const key = Buffer.alloc(32, 'k');
const challenge = Buffer.alloc(32, 'c');
const requestNumber = 2;

/** A request as a keeper judges it: its frame, its head, the claims in that, and the proof of all. */
export const provenRequest: Decoder<Proven> = {
  name: 'proven-request',
  valid: anyClaims.map((claims) => {
    const ticket = signTicket(claims, key);
    const { fileId, uploadId } = claims;
    const head = encodeRequestHead({
      claims: ticket.claims,
      fileId,
      ...(uploadId === undefined
        ? { operation: 'get', range: { first: 0, count: 1 } }
        : { operation: 'put', uploadId }),
    });
    return encodeRequest(proveRequest(ticket.proofKey, { challenge, requestNumber, head }), head);
  }),
  decode(bytes) {
    try {
      return judgeRequest(bytes);
    } catch (error) {
      if (error instanceof FrameError) return refused(error.message);
      if (error instanceof ReelkeepError && ['usage', 'not-allowed'].includes(error.code))
        return refused(error.detail);
      throw error;
    }
  },
  mayBecome: isDeepStrictEqual,
};

function judgeRequest(bytes: Buffer): Outcome<Proven> {
  const [, frame, ...more] = readFrames(
    Buffer.concat([encodeGreeting(), bytes]),
    dialGreetingBytes,
  );
  if (frame?.type !== 'request' || more.length > 0) return refused('it is not one request');
  const head = decodeRequestHead(frame.head);
  const request = { challenge, requestNumber, head: frame.head };
  return decoded({ head, claims: verifyRequest(head.claims, frame.proof, request, () => key) });
}
