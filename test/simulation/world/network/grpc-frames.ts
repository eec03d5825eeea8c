/**
 * What two gRPC peers say to each other on one connection.
 *
 * Messages, requests and answers alike, are the bytes that the service definition made of them.
 * A call that is whole when it is made is one frame, and so are its answer and its status.
 */
import type { End } from './end.js';
import { Metadata } from './grpc-real.js';

export type Headers = Parameters<typeof Metadata.fromHttp2Headers>[0];

interface OfCall {
  readonly id: number;
}

export interface CallFrame extends OfCall {
  readonly kind: 'call';
  readonly path: string;
  readonly headers: Headers | undefined;
  readonly timeoutMs: number | undefined;
  message: Buffer | undefined;
  /** No message follows. */
  isWhole: boolean;
}

interface StatusFrame extends OfCall {
  readonly kind: 'status';
  readonly code: number;
  readonly details: string;
  readonly headers: Headers | undefined;
  /** The only answer of a call that has only one. */
  readonly message: Buffer | undefined;
}

type MessageFrame = OfCall & { readonly kind: 'message'; readonly bytes: Buffer };
/** So many bytes of a stream were read. */
type CreditFrame = OfCall & { readonly kind: 'credit'; readonly bytes: number };
type LifeFrame = { readonly kind: 'ping' } | { readonly kind: 'pong' };

export type ClientFrame =
  | CallFrame
  | MessageFrame
  | CreditFrame
  | (OfCall & { readonly kind: 'half close' })
  | (OfCall & { readonly kind: 'cancel' })
  | LifeFrame;

export type ServerFrame =
  | StatusFrame
  | MessageFrame
  | CreditFrame
  | { readonly kind: 'settings' }
  | { readonly kind: 'go away' }
  | (OfCall & { readonly kind: 'refused' })
  | LifeFrame;

/** Of one direction of one call that its receiver has not read. */
export const streamWindowBytes = 64 * 1024;

const frameBytes = 20;
const headerBytes = 100;

export function sendFrame(end: End, frame: ClientFrame | ServerFrame): void {
  end.send(frame, bytesOf(frame));
}

function bytesOf(frame: ClientFrame | ServerFrame): number {
  switch (frame.kind) {
    case 'call':
    case 'status':
      return headerBytes + (frame.message?.length ?? 0);
    case 'message':
      return frameBytes + frame.bytes.length;
    default:
      return frameBytes;
  }
}

export function toHeaders(metadata: Metadata | null | undefined): Headers | undefined {
  const headers = metadata?.toHttp2Headers() as Headers | undefined;
  return headers === undefined || Object.keys(headers).length === 0 ? undefined : headers;
}

export const fromHeaders = (headers: Headers | undefined): Metadata =>
  headers === undefined ? new Metadata() : Metadata.fromHttp2Headers(headers);
