/** Requests on data ports, made by hand with tickets of a real master. */
import { type FileId, fileId, type UploadId, uploadId } from '../../src/domain/ids.js';
import type { MasterConnection } from '../../src/rpc/master-connection.js';
import { blake3 } from '../../src/storage/blake3.js';
import { encodeChunkHeader, encodeEnd, encodeRequest } from '../../src/transfer/frames.js';
import { encodeRequestHead, type RequestHead } from '../../src/transfer/request-head.js';
import { proveRequest } from '../../src/transfer/ticket-proof.js';
import { RawPeer } from '../transfer/raw-peer.js';
import { wishOf } from './a-wish.js';

/** Who gives the tickets, and where the keepers listen, whatever address they have told it. */
export interface Master {
  readonly connection: MasterConnection;
  portOf(keeper: string): number;
}

export interface Request {
  readonly port: number;
  readonly fileId: FileId;
  readonly uploadId: UploadId;
  readonly claims: Buffer;
  readonly proofKey: Buffer;
  readonly head: Buffer;
}

export interface Answer {
  /** Of the verdict; 0 is ok. */
  readonly code: number | undefined;
  /** All that came after the greeting. */
  readonly bytes: number;
}

let uploads = 0;

export async function beginPut(
  { connection, portOf }: Master,
  name: string,
  size: number,
): Promise<Request> {
  uploads += 1;
  const id = uploadId(uploads.toString(16).padStart(32, '0'));
  const begun = await connection.beginUpload(wishOf(id, name, size));
  const file = fileId(begun.fileId);
  const { claims, proofKey } = ticketOf(begun.keeper);
  const head = encodeRequestHead({ operation: 'put', claims, fileId: file, uploadId: id });
  const port = portOf(begun.keeper?.keeperId ?? '');
  return { port, fileId: file, uploadId: id, claims, proofKey, head };
}

export async function locate({ connection, portOf }: Master, name = 'there.mp4'): Promise<Request> {
  const { file, sources } = await connection.locate({ name });
  const id = fileId(file?.fileId ?? '');
  const { claims, proofKey } = ticketOf(sources[0]);
  const range = { first: 0, count: 1 };
  const head = encodeRequestHead({ operation: 'get', claims, fileId: id, range });
  const port = portOf(sources[0]?.keeperId ?? '');
  return { port, fileId: id, uploadId: uploadId('0'.repeat(32)), claims, proofKey, head };
}

function ticketOf(source: Awaited<ReturnType<MasterConnection['beginUpload']>>['keeper']) {
  if (source?.ticket === undefined) throw new Error('the master gave no ticket');
  const { claims, proofKey } = source.ticket;
  return { claims: Buffer.from(claims), proofKey: Buffer.from(proofKey) };
}

export const headWith = (
  { claims, fileId: file, uploadId: upload }: Request,
  change: Partial<RequestHead>,
): Buffer =>
  encodeRequestHead({
    ...{ operation: 'put', claims, fileId: file, uploadId: upload },
    ...change,
  } as RequestHead);

export function frameOf({ proofKey, head }: Request, challenge: Buffer): Buffer {
  return encodeRequest(proveRequest(proofKey, { challenge, requestNumber: 0, head }), head);
}

export function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << (at % 8)), at);
  return copy;
}

/** Zeros follow, so that no keeper waits for the rest of a head whose length was changed. */
export async function ask(port: number, request: (challenge: Buffer) => Buffer): Promise<Answer> {
  const peer = await RawPeer.dial(port);
  const challenge = await peer.greet();
  return await answerTo(peer, request(challenge), Buffer.alloc(5_000));
}

export async function send(request: Request, bytes: Buffer): Promise<Answer> {
  const peer = await RawPeer.dial(request.port);
  const challenge = await peer.greet();
  const digest = blake3(bytes);
  const end = { bytes: bytes.length, chunks: 1, digest: Buffer.from(blake3(digest)) };
  const chunk = encodeChunkHeader(0, bytes.length, digest);
  return await answerTo(peer, frameOf(request, challenge), chunk, bytes, encodeEnd(end));
}

export async function answerTo(peer: RawPeer, ...sent: readonly Buffer[]): Promise<Answer> {
  peer.send(...sent);
  peer.end();
  await peer.closed();
  return { code: peer.verdict?.code, bytes: peer.heard.length };
}
