/**
 * One connection as a keeper serves it: greetings, then requests one after another,
 * each answered by exactly one verdict, which is its last frame.
 *
 * A PUT that failed may have more bytes on their way, and of a request that cannot
 * be read nobody knows; after its verdict the keeper hangs up.
 */
import { randomBytes } from 'node:crypto';
import { type ErrorCode, type PlainError, ReelkeepError, toPlainError } from '../domain/errors.js';
import type { FileId } from '../domain/ids.js';
import type { Principal } from '../domain/principal.js';
import type { TicketClaims } from '../domain/ticket.js';
import { BufferQuota, type BufferSource } from './chunk-buffers.js';
import type { FramedSocket } from './framed-socket.js';
import { challengeBytes, encodeGreeting, encodeVerdict, type RequestFrame } from './frames.js';
import { wrongGreeting } from './greeting.js';
import type { RefusedRequest, TransferHandlers, TransferLog } from './handlers.js';
import type { TransferLimits } from './limits.js';
import type { PeerSlots } from './peer-slots.js';
import { decodeRequestHead, type RequestHead } from './request-head.js';
import { serveGet, serveManifest } from './serve-get.js';
import { servePut } from './serve-put.js';
import type { Slots } from './slots.js';
import type { TicketedRequest, TicketGate } from './ticket-gate.js';
import type { ServedOperation, TransferCounters } from './transfer-counters.js';

/** What all connections of a server share. */
export interface ServerShare {
  readonly gate: TicketGate;
  readonly handlers: TransferHandlers;
  readonly limits: TransferLimits;
  readonly buffers: BufferSource;
  /** One for each transfer that runs. */
  readonly transfers: Slots;
  readonly transfersOfPeers: PeerSlots;
  readonly log: TransferLog | undefined;
  readonly counters: TransferCounters;
  onRefused(request: RefusedRequest): void;
}

type Sequel = 'next request' | 'hang up';

/** `none yet`: no good ticket has been shown on it. */
export type ConnectionUse = 'none yet' | 'judged' | 'in transfer' | 'between requests';

/** What a peer should not have asked for, or not so; the rest may well be the keeper's fault. */
const refusals: ReadonlySet<ErrorCode> = new Set(['usage', 'not-allowed', 'stale', 'integrity']);

export class ServerConnection {
  readonly #socket: FramedSocket;
  readonly #share: ServerShare;
  readonly #who: Principal | undefined;
  readonly #challenge = randomBytes(challengeBytes);
  #draining = false;
  #use: ConnectionUse = 'none yet';
  /** When a good ticket has to be there. */
  #knownByMs = 0;

  /** @param who by the certificate that the peer has shown; undefined in plain text */
  constructor(socket: FramedSocket, share: ServerShare, who: Principal | undefined) {
    this.#socket = socket;
    this.#share = share;
    this.#who = who;
  }

  /** Resolves when the connection is closed; every failure ends here. */
  async serve(): Promise<void> {
    try {
      await this.#greet();
      let sequel: Sequel = 'next request';
      for (let number = 0; sequel === 'next request' && !this.#draining; number++) {
        sequel = await this.#serveNext(number);
      }
    } catch (error) {
      this.#countRefusal(error, 'request');
      this.#noteRefusal(error, 'request');
      await this.#say(this.#explain(error)).catch(alreadyGone);
    }
    await this.#socket.hangUp();
  }

  /** Lets a transfer that runs come to its end, and closes the connection then. */
  drain(): void {
    this.#draining = true;
    if (this.#use === 'none yet' || this.#use === 'between requests') void this.#socket.hangUp();
  }

  cut(why: string): void {
    this.#socket.destroy(new ReelkeepError('unavailable', why));
  }

  get use(): ConnectionUse {
    return this.#use;
  }

  isOf({ role, name }: Principal): boolean {
    return this.#who?.role === role && this.#who.name === name;
  }

  async #greet(): Promise<void> {
    const heard = this.#socket.receiveGreeting();
    const [greeting] = await Promise.all([
      heard,
      this.#socket.send(encodeGreeting(this.#challenge)),
    ]);
    const wrong = wrongGreeting(greeting);
    if (wrong !== undefined) throw new ReelkeepError('usage', wrong);
    this.#knownByMs = performance.now() + this.#share.limits.handshakeTimeoutMs;
  }

  async #serveNext(number: number): Promise<Sequel> {
    const patience = { kind: 'within', ms: this.#patienceMs() } as const;
    const frame = await this.#socket.receive({ accept: ['request'] }, patience);
    const before = this.#use;
    this.#use = 'judged';
    const sequel = await this.#answer(frame, number);
    // Whoever was refused is as unknown as before.
    this.#use = this.#use === 'judged' ? before : 'between requests';
    return sequel;
  }

  /** A stranger has until its deadline, however often it asks. */
  #patienceMs(): number {
    const { headerTimeoutMs } = this.#share.limits;
    if (this.#use !== 'none yet') return headerTimeoutMs;
    return Math.max(1, Math.min(headerTimeoutMs, this.#knownByMs - performance.now()));
  }

  async #answer({ head, proof }: RequestFrame, requestNumber: number): Promise<Sequel> {
    let wanted: RequestHead | undefined;
    try {
      wanted = decodeRequestHead(head);
      const challenge = this.#challenge;
      const peer = this.#who;
      await this.#admitAndTransfer({ challenge, requestNumber, head, wanted, proof, peer });
    } catch (error) {
      const operation = wanted?.operation ?? 'request';
      if (this.#use !== 'in transfer') this.#countRefusal(error, operation);
      this.#noteRefusal(error, operation, wanted?.fileId);
      await this.#say(this.#explain(error));
      return wanted === undefined || wanted.operation === 'put' ? 'hang up' : 'next request';
    }
    await this.#say({ code: 'ok', detail: '' });
    return 'next request';
  }

  async #admitAndTransfer(request: TicketedRequest): Promise<void> {
    const { transfers } = this.#share;
    if (!transfers.tryTake()) {
      throw new ReelkeepError('unavailable', 'the keeper has too many transfers; try again');
    }
    try {
      const claims = this.#share.gate.admit(request);
      this.#use = 'in transfer';
      await this.#counted(request.wanted, claims);
    } finally {
      transfers.free();
    }
  }

  async #counted(wanted: RequestHead, claims: TicketClaims): Promise<void> {
    const { ended, underWay } = this.#share.counters;
    const operation = servedOperation(wanted, claims);
    const end = underWay.begin(operation);
    try {
      await this.#transferInTurn(wanted, claims);
      ended.add(`${operation}/ok`);
    } catch (error) {
      ended.add(`${operation}/${toPlainError(error).code}`);
      throw error;
    } finally {
      end();
    }
  }

  /** Whoever went away without a word was refused nothing. */
  #countRefusal(error: unknown, operation: RefusedRequest['operation']): void {
    const { code } = toPlainError(error);
    if (operation !== 'request' || refusals.has(code))
      this.#share.counters.refused.add(`${operation}/${code}`);
  }

  #noteRefusal(error: unknown, operation: RefusedRequest['operation'], fileId?: FileId): void {
    if (!(error instanceof ReelkeepError) || !refusals.has(error.code)) return;
    const { peer } = this.#socket;
    const about = fileId === undefined ? {} : { fileId };
    this.#share.onRefused({ peer, who: this.#who, operation, ...about, why: error.detail });
  }

  async #transferInTurn(wanted: RequestHead, claims: TicketClaims): Promise<void> {
    const { transfersOfPeers } = this.#share;
    if (!transfersOfPeers.tryTake(claims.bearer)) {
      throw new ReelkeepError(
        'unavailable',
        `${claims.bearer} has too many transfers on this keeper; try again`,
      );
    }
    try {
      await this.#transfer(wanted, claims);
    } finally {
      transfersOfPeers.free(claims.bearer);
    }
  }

  async #transfer(wanted: RequestHead, claims: TicketClaims): Promise<void> {
    const { counters, handlers, limits, log } = this.#share;
    const socket = this.#socket;
    const buffers = new BufferQuota(this.#share.buffers, limits.chunkBuffersPerTransfer);
    const { fileId } = wanted;
    const { size } = claims;
    const request = { claims, fileId, signal: socket.signal };
    switch (wanted.operation) {
      case 'put': {
        const sink = await handlers.put({ ...request, uploadId: wanted.uploadId });
        return servePut({ socket, buffers, sink, size, log, counters });
      }
      case 'get': {
        const { range } = wanted;
        const source = await handlers.get({ ...request, range });
        const operation = servedOperation(wanted, claims);
        const onSent = (bytes: number): void => counters.sentBytes.add(operation, bytes);
        return serveGet({ socket, buffers, source, range, size, log, onSent });
      }
      case 'manifest': {
        const manifest = await handlers.manifest(request);
        await serveManifest(socket, manifest, limits.manifestBytesMax);
        return counters.sentBytes.add('manifest', manifest.length);
      }
    }
  }

  async #say(verdict: PlainError | { code: 'ok'; detail: '' }): Promise<void> {
    await this.#socket.send(encodeVerdict(verdict, this.#share.limits.detailBytesMax));
  }

  /** A defect is told to the log, not to the peer. */
  #explain(error: unknown): PlainError {
    if (error instanceof ReelkeepError) return toPlainError(error);
    this.#share.log?.warn({ err: error }, 'a transfer failed for a reason without a code');
    return { code: 'internal', detail: 'the keeper failed; its log says why' };
  }
}

const servedOperation = ({ operation }: RequestHead, { forCopy }: TicketClaims): ServedOperation =>
  operation === 'get' && forCopy ? 'copy_out' : operation;

/** The peer has left before it could be told; its own side has an error for that. */
const alreadyGone = (): void => undefined;
