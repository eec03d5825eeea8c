/**
 * Every bound of the transfer protocol, with its default and what happens at it.
 *
 * Times are milliseconds of the monotonic clock, sizes are bytes.
 */
import assert from 'node:assert/strict';

export interface TransferLimits {
  /** Of an encoded request head; a longer one ends the connection. */
  readonly headBytesMax: number;
  /** Of the sentence in a verdict; a longer one is cut before it is sent, refused when received. */
  readonly detailBytesMax: number;
  /** Of a manifest; a longer one is refused by both sides. */
  readonly manifestBytesMax: number;
  /** For connecting and the greetings together, and again from there to the first good ticket; past it the connection is closed. */
  readonly handshakeTimeoutMs: number;
  /** For a whole request to arrive, counted from the end of the one before; past it the keeper closes. */
  readonly headerTimeoutMs: number;
  /** Without one byte from a peer that owes bytes; past it the connection is cut. */
  readonly idleTimeoutMs: number;
  /** Slowest pace of a peer that owes bytes, over `rateWindowMs`; below it the connection is cut. */
  readonly bytesPerSecondMin: number;
  readonly rateWindowMs: number;
  /** For the keeper's verdict after the last byte of a PUT was sent; past it the outcome is unknown. */
  readonly verdictTimeoutMs: number;
  /** For a refused peer to read the verdict and go; past it the connection is cut. */
  readonly lingerMs: number;
  /** Of one server; the next one takes the place of one on which nothing goes on, or is closed. */
  readonly connectionsMax: number;
  /** Of one client or keeper, where certificates tell them apart; likewise among its own. */
  readonly connectionsPerPeerMax: number;
  /** Running at once on one server; the next one is told `unavailable`. */
  readonly transfersMax: number;
  /** Of one client or keeper, where tickets tell them apart; the next one is told `unavailable`. */
  readonly transfersPerPeerMax: number;
  /** In use by one transfer; it waits for one of its own to come back. */
  readonly chunkBuffersPerTransfer: number;
  /** Free chunk buffers kept for the next transfer; the others are left to the garbage collector. */
  readonly freeChunkBuffersMax: number;
  /** Requests sent on one connection before the first of them was answered; the next one waits. */
  readonly requestsInFlightMax: number;
  /** PUT tickets remembered until they expire; past it a PUT is told `unavailable`. */
  readonly noncesMax: number;
}

export type TransferOptions = Partial<TransferLimits>;

const second = 1000;
const KiB = 1024;
const MiB = 1024 * KiB;

const defaultTransferLimits: TransferLimits = {
  headBytesMax: 4 * KiB,
  detailBytesMax: KiB,
  manifestBytesMax: 256 * MiB,
  handshakeTimeoutMs: 10 * second,
  headerTimeoutMs: 60 * second,
  idleTimeoutMs: 30 * second,
  bytesPerSecondMin: 16 * KiB,
  rateWindowMs: 30 * second,
  verdictTimeoutMs: 120 * second,
  lingerMs: 2 * second,
  connectionsMax: 1024,
  connectionsPerPeerMax: 256,
  transfersMax: 64,
  transfersPerPeerMax: 32,
  chunkBuffersPerTransfer: 4,
  freeChunkBuffersMax: 8,
  requestsInFlightMax: 2,
  noncesMax: 65_536,
};

export function resolveTransferLimits(options: TransferOptions = {}): TransferLimits {
  const limits = { ...defaultTransferLimits, ...options };
  for (const [name, value] of Object.entries(limits)) {
    assert(Number.isSafeInteger(value) && value > 0, `${name} is ${value}`);
  }
  assert(limits.detailBytesMax < 2 ** 16, 'the length of a detail is a u16');
  return limits;
}
