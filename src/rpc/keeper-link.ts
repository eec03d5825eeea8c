/** What a keeper says to the master, as promises; and the session whose two directions are heartbeats and commands. */
import type { ClientDuplexStream, ClientWritableStream, ServiceError } from '@grpc/grpc-js';
import type { ReelkeepError } from '../domain/errors.js';
import type { OwnCredentials } from '../domain/own-credentials.js';
import { type CallOptions, callUnary } from './call.js';
import { drained } from './drained.js';
import {
  KeeperServiceClient,
  type ListReplicasRequest,
  type ListReplicasResponse,
  type RegisterRequest,
  type RegisterResponse,
  type ReportDroppedRequest,
  type ReportDroppedResponse,
  type ReportFailedRequest,
  type ReportFailedResponse,
  type ReportInventoryRequest,
  type ReportInventoryResponse,
  type ReportStoredRequest,
  type ReportStoredResponse,
  type ReportVerifiedRequest,
  type ReportVerifiedResponse,
  type SessionRequest,
  type SessionResponse,
} from './generated/reelkeep/v1/keeper.js';
import { fromServiceError } from './status.js';
import { channelCredentials, channelOptionsFor } from './tls.js';

export interface SessionEvents {
  onMessage(message: SessionResponse): void;
  /** Called once: the master ended the session, refused it, or cannot be reached any more. */
  onEnd(reason: ReelkeepError | 'ended'): void;
}

export class KeeperLink {
  readonly #client: KeeperServiceClient;
  readonly #master: string;

  private constructor(master: string, own: OwnCredentials | undefined) {
    this.#master = master;
    this.#client = new KeeperServiceClient(master, channelCredentials(own), channelOptionsFor(own));
  }

  /**
   * @param master `host:port`; nothing is dialled before the first call.
   * @param own plain text without them
   */
  static open(master: string, own?: OwnCredentials): KeeperLink {
    return new KeeperLink(master, own);
  }

  register(request: RegisterRequest, options?: CallOptions): Promise<RegisterResponse> {
    return this.#unary('registering', this.#client.register, request, options);
  }

  reportStored(request: ReportStoredRequest, options?: CallOptions): Promise<ReportStoredResponse> {
    return this.#unary('reporting a replica', this.#client.reportStored, request, options);
  }

  reportFailed(request: ReportFailedRequest, options?: CallOptions): Promise<ReportFailedResponse> {
    return this.#unary('reporting a failed transfer', this.#client.reportFailed, request, options);
  }

  reportVerified(
    request: ReportVerifiedRequest,
    options?: CallOptions,
  ): Promise<ReportVerifiedResponse> {
    return this.#unary(
      'reporting a verified replica',
      this.#client.reportVerified,
      request,
      options,
    );
  }

  reportDropped(
    request: ReportDroppedRequest,
    options?: CallOptions,
  ): Promise<ReportDroppedResponse> {
    return this.#unary('reporting a dropped replica', this.#client.reportDropped, request, options);
  }

  listReplicas(request: ListReplicasRequest, options?: CallOptions): Promise<ListReplicasResponse> {
    return this.#unary('asking for replicas', this.#client.listReplicas, request, options);
  }

  /** Sends page after page, each when the one before has left. */
  async reportInventory(
    pages: AsyncIterable<ReportInventoryRequest>,
    signal: AbortSignal,
  ): Promise<ReportInventoryResponse> {
    const doing = `reporting the inventory to the master ${this.#master}`;
    const over = new AbortController();
    return await new Promise((resolve, reject) => {
      const call = this.#client.reportInventory((error, response) => {
        over.abort();
        signal.removeEventListener('abort', cancel);
        if (error === null) resolve(response);
        else reject(fromServiceError(error, doing));
      });
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      // The call's own callback tells of a broken stream; a page that cannot be made ends it here.
      writeAll(call, pages, over.signal).catch((error: unknown) => {
        call.cancel();
        reject(error);
      });
    });
  }

  session(events: SessionEvents): KeeperSession {
    return new KeeperSession(
      this.#client.session(),
      events,
      `the session with the master ${this.#master}`,
    );
  }

  close(): void {
    this.#client.close();
  }

  #unary<Request, Response>(
    doing: string,
    method: Parameters<typeof callUnary<Request, Response>>[1],
    request: Request,
    options?: CallOptions,
  ): Promise<Response> {
    return callUnary(
      `${doing} with the master ${this.#master}`,
      method.bind(this.#client),
      request,
      options,
    );
  }
}

export class KeeperSession {
  readonly #stream: ClientDuplexStream<SessionRequest, SessionResponse>;
  #ended = false;

  constructor(
    stream: ClientDuplexStream<SessionRequest, SessionResponse>,
    events: SessionEvents,
    name: string,
  ) {
    this.#stream = stream;
    const end = (reason: ReelkeepError | 'ended'): void => {
      if (this.#ended) return;
      this.#ended = true;
      events.onEnd(reason);
    };
    stream.on('data', (message: SessionResponse) => events.onMessage(message));
    stream.on('error', (error: ServiceError) => end(fromServiceError(error, name)));
    stream.on('end', () => end('ended'));
  }

  /** A heartbeat that finds the session ended is not sent; `onEnd` has told of it. */
  send(message: SessionRequest): void {
    if (!this.#ended) this.#stream.write(message);
  }

  close(): void {
    this.#ended = true;
    this.#stream.end();
    this.#stream.cancel();
  }
}

async function writeAll<Page>(
  call: ClientWritableStream<Page>,
  pages: AsyncIterable<Page>,
  over: AbortSignal,
): Promise<void> {
  for await (const page of pages) {
    if (over.aborted) return;
    if (!call.write(page)) await drained(call, over);
  }
  call.end();
}
