/**
 * A connection to a keeper, as a client or another keeper uses it.
 *
 * Requests follow one another on it; the next GET is sent while the one before is
 * still being answered, so that ranges follow without a gap. A keeper's refusal of a
 * GET ends that request alone; any other failure, and an abort once a request was
 * sent, ends the connection and every request on it.
 */
import type { ChunkRange } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { FileId, UploadId } from '../domain/ids.js';
import type { TransferTicket } from '../domain/transfer-source.js';
import type { BufferSource } from './chunk-buffers.js';
import { planOfRange } from './chunk-sequence.js';
import type { ArrivedChunk } from './chunk-source.js';
import { type DialTls, dialTls } from './data-tls.js';
import { FramedSocket, unavailable } from './framed-socket.js';
import { dialGreetingBytes, encodeGreeting, encodeRequest, keeperGreetingBytes } from './frames.js';
import { getChunks, getManifest } from './get-chunks.js';
import { wrongGreeting } from './greeting.js';
import { asReelkeepError, KeeperRefused } from './keeper-refused.js';
import { resolveTransferLimits, type TransferLimits, type TransferOptions } from './limits.js';
import { type PutSource, putFile } from './put-file.js';
import { encodeRequestHead, type RequestHead } from './request-head.js';
import { Slots } from './slots.js';
import { type Address, type ByteInlet, dialSocket } from './socket-reads.js';
import { decodeClaims } from './ticket-claims.js';
import { proveRequest } from './ticket-proof.js';

export interface DialOptions extends Address {
  /** Plain text without it. */
  readonly tls?: DialTls | undefined;
  readonly signal?: AbortSignal;
  readonly limits?: TransferOptions;
}

interface TransferOrder {
  readonly ticket: TransferTicket;
  readonly fileId: FileId;
  /** At least two for each connection that shares them. */
  readonly buffers: BufferSource;
  readonly signal?: AbortSignal;
}

export interface PutOrder extends TransferOrder {
  readonly uploadId: UploadId;
  readonly source: PutSource;
  /** Called with the bytes sent since the last call. */
  readonly onProgress?: (bytes: number) => void;
}

export interface GetOrder extends TransferOrder {
  readonly range: ChunkRange;
  /** Called in order, for several chunks at once; compares the bytes with the digest. A rejection ends the connection. */
  onChunk(chunk: ArrivedChunk): Promise<void>;
}

export type ManifestOrder = TransferOrder;

export class TransferConnection {
  readonly #socket: FramedSocket;
  readonly #limits: TransferLimits;
  readonly #challenge: Uint8Array;
  readonly #inFlight: Slots;
  /** Whose frames may be sent, and whose answer is being read. */
  readonly #writing = new Slots(1);
  readonly #reading = new Slots(1);
  #requests = 0;

  /** @throws ReelkeepError `unavailable`, with the system's error as its cause if there is one */
  static async dial({
    host,
    port,
    tls,
    signal,
    limits: given,
  }: DialOptions): Promise<TransferConnection> {
    const limits = resolveTransferLimits(given);
    const open = (inlet: ByteInlet) =>
      tls === undefined ? dialSocket({ host, port }, inlet) : dialTls({ host, port }, tls, inlet);
    const socket = new FramedSocket(open, {
      limits,
      greetingBytes: keeperGreetingBytes,
      violationCode: 'unavailable',
      isEncrypted: tls !== undefined,
    });
    const cancel = () => socket.destroy(cancelledBy(signal));
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    try {
      const heard = socket.receiveGreeting();
      const [greeting] = await Promise.all([heard, socket.send(encodeGreeting())]);
      const wrong = wrongGreeting(greeting);
      if (wrong !== undefined) throw unavailable(wrong);
      return new TransferConnection(socket, limits, greeting.subarray(dialGreetingBytes));
    } catch (error) {
      const { detail, cause } = asReelkeepError(error);
      const hint =
        tls === undefined || signal?.aborted
          ? ''
          : `; if keeper ${tls.keeper} does not believe this certificate, or has too many connections of it, its audit log says so`;
      const failure = unavailable(`cannot reach ${host}:${port}: ${detail}${hint}`, cause);
      socket.destroy(failure);
      throw failure;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  private constructor(socket: FramedSocket, limits: TransferLimits, challenge: Uint8Array) {
    this.#socket = socket;
    this.#limits = limits;
    this.#challenge = challenge;
    this.#inFlight = new Slots(limits.requestsInFlightMax);
    socket.watch();
  }

  /** It has not failed, as far as is known. */
  get usable(): boolean {
    return this.#socket.failure === undefined;
  }

  /** Resolves when the descriptor is closed. */
  get closed(): Promise<void> {
    return this.#socket.closed;
  }

  /**
   * Resolves when the keeper says that the file is durable.
   *
   * @throws ReelkeepError the verdict's, as `KeeperRefused`; `unknown-outcome` when the
   * connection ended between the last byte and the verdict; else `unavailable` or the source's
   */
  put({ uploadId, source, buffers, onProgress, ...order }: PutOrder): Promise<void> {
    const head = { operation: 'put', ...headOf(order), uploadId } as const;
    const { verdictTimeoutMs } = this.#limits;
    const socket = this.#socket;
    return this.#run(order, head, () =>
      putFile({ socket, source, buffers, verdictTimeoutMs, onSent: onProgress }),
    );
  }

  /**
   * Resolves when every chunk of the range was taken by `onChunk`.
   *
   * @throws ReelkeepError the verdict's, as `KeeperRefused`; `integrity` when other chunks come
   * than were asked for, or of another file; else `unavailable` or that of `onChunk`
   */
  async get({ range, buffers, onChunk, ...order }: GetOrder): Promise<void> {
    const { size, digest } = decodeClaims(order.ticket.claims);
    const plan = planOfRange(size, range);
    const head = { operation: 'get', ...headOf(order), range } as const;
    const socket = this.#socket;
    const totals = await this.#run(order, head, (onRead) =>
      getChunks({ socket, buffers, plan, take: onChunk, onRead }),
    );
    if (totals.digest !== digest) {
      throw new ReelkeepError('integrity', 'the keeper has another file under this id');
    }
  }

  /** The manifest's bytes as the keeper stores them; what they say is not judged here. */
  manifest({ buffers, ...order }: ManifestOrder): Promise<Uint8Array> {
    const head = { operation: 'manifest', ...headOf(order) } as const;
    const bytesMax = this.#limits.manifestBytesMax;
    const socket = this.#socket;
    return this.#run(order, head, (onRead) => getManifest({ socket, buffers, bytesMax, onRead }));
  }

  async close(): Promise<void> {
    this.#socket.destroy(unavailable('the connection was closed on this side'));
    await this.#socket.closed;
  }

  /** Waits for its turn to send, then for its turn to read. */
  async #run<T>(
    order: Pick<TransferOrder, 'ticket' | 'signal'>,
    head: RequestHead,
    answer: (onRead: () => void) => Promise<T>,
  ): Promise<T> {
    const { signal } = order;
    try {
      return await this.#inFlight.hold(
        () => this.#writing.hold((written) => this.#exchange(order, head, answer, written), signal),
        signal,
      );
    } catch (error) {
      throw signal?.aborted && error === signal.reason
        ? cancelledBy(signal)
        : asReelkeepError(error);
    } finally {
      if (this.#inFlight.inUse === 0) this.#socket.watch();
    }
  }

  async #exchange<T>(
    { ticket, signal }: Pick<TransferOrder, 'ticket' | 'signal'>,
    head: RequestHead,
    answer: (onRead: () => void) => Promise<T>,
    written: () => void,
  ): Promise<T> {
    const cancel = () => this.#socket.destroy(cancelledBy(signal));
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      if (this.#reading.inUse === 0) this.#socket.unwatch();
      this.#sendHead(ticket, encodeRequestHead(head));
      const answered = this.#reading.hold(answer);
      if (head.operation !== 'put') written();
      return await answered;
    } catch (error) {
      const goesOn = error instanceof KeeperRefused && head.operation !== 'put';
      if (!goesOn) this.#socket.destroy(asReelkeepError(error));
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** A failure to send ends the connection, of which the one who reads the answer learns. */
  #sendHead({ proofKey }: TransferTicket, head: Buffer): void {
    const requestNumber = this.#requests;
    this.#requests += 1;
    const proof = proveRequest(proofKey, { challenge: this.#challenge, requestNumber, head });
    this.#socket.send(encodeRequest(proof, head)).catch(() => undefined);
  }
}

const headOf = ({ ticket, fileId }: Pick<TransferOrder, 'ticket' | 'fileId'>) => ({
  claims: ticket.claims,
  fileId,
});

function cancelledBy(signal: AbortSignal | undefined): ReelkeepError {
  const reason: unknown = signal?.reason;
  return reason instanceof ReelkeepError
    ? reason
    : unavailable('the transfer was cancelled', reason);
}
