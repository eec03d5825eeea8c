/** What a client can ask of the master, as promises; every failure is a `ReelkeepError`. */
import type { OwnCredentials } from '../domain/own-credentials.js';
import { type CallOptions, callUnary, readStream } from './call.js';

export type { CallOptions };

import {
  type AbandonUploadRequest,
  type AbandonUploadResponse,
  type AwaitUploadRequest,
  type AwaitUploadResponse,
  type BeginUploadRequest,
  type BeginUploadResponse,
  ClientServiceClient,
  type FsckRequest,
  type FsckResponse,
  type ListKeeperFilesRequest,
  type ListKeeperFilesResponse,
  type ListKeepersRequest,
  type ListKeepersResponse,
  type ListRequest,
  type ListResponse,
  type LocateRequest,
  type LocateResponse,
  type RemoveRequest,
  type RemoveResponse,
  type RenameRequest,
  type RenameResponse,
  type ReportBadReplicaRequest,
  type ReportBadReplicaResponse,
  type RetireKeeperRequest,
  type RetireKeeperResponse,
  type StatManyRequest,
  type StatManyResponse,
  type StatRequest,
  type StatResponse,
  type StatusRequest,
  type StatusResponse,
  type VerifyRequest,
  type VerifyResponse,
} from './generated/reelkeep/v1/client.js';
import { channelCredentials, channelOptionsFor } from './tls.js';

export class MasterConnection {
  readonly #client: ClientServiceClient;
  readonly #address: string;

  private constructor(address: string, own: OwnCredentials | undefined) {
    this.#address = address;
    this.#client = new ClientServiceClient(
      address,
      channelCredentials(own),
      channelOptionsFor(own),
    );
  }

  /**
   * @param address `host:port`; nothing is dialled before the first call.
   * @param own plain text without them
   */
  static open(address: string, own?: OwnCredentials): MasterConnection {
    return new MasterConnection(address, own);
  }

  /** Dials ahead of the first call. */
  connect(): void {
    this.#client.getChannel().getConnectivityState(true);
  }

  beginUpload(request: BeginUploadRequest, options?: CallOptions): Promise<BeginUploadResponse> {
    const method = this.#client.beginUpload.bind(this.#client);
    return callUnary(this.#doing('beginning the upload'), method, request, options);
  }

  awaitUpload(
    request: AwaitUploadRequest,
    options?: CallOptions,
  ): AsyncIterable<AwaitUploadResponse> {
    const doing = this.#doing('waiting for the upload');
    return readStream(doing, (call) => this.#client.awaitUpload(request, call), options);
  }

  abandonUpload(
    request: AbandonUploadRequest,
    options?: CallOptions,
  ): Promise<AbandonUploadResponse> {
    const method = this.#client.abandonUpload.bind(this.#client);
    return callUnary(this.#doing('abandoning the upload'), method, request, options);
  }

  locate(request: LocateRequest, options?: CallOptions): Promise<LocateResponse> {
    return callUnary(
      this.#doing('locating the file'),
      this.#client.locate.bind(this.#client),
      request,
      options,
    );
  }

  stat(request: StatRequest, options?: CallOptions): Promise<StatResponse> {
    return callUnary(
      this.#doing('asking for the file'),
      this.#client.stat.bind(this.#client),
      request,
      options,
    );
  }

  statMany(request: StatManyRequest, options?: CallOptions): Promise<StatManyResponse> {
    return callUnary(
      this.#doing('asking for files'),
      this.#client.statMany.bind(this.#client),
      request,
      options,
    );
  }

  list(request: ListRequest, options?: CallOptions): Promise<ListResponse> {
    return callUnary(
      this.#doing('listing files'),
      this.#client.list.bind(this.#client),
      request,
      options,
    );
  }

  remove(request: RemoveRequest, options?: CallOptions): Promise<RemoveResponse> {
    return callUnary(
      this.#doing('removing the file'),
      this.#client.remove.bind(this.#client),
      request,
      options,
    );
  }

  rename(request: RenameRequest, options?: CallOptions): Promise<RenameResponse> {
    return callUnary(
      this.#doing('renaming the file'),
      this.#client.rename.bind(this.#client),
      request,
      options,
    );
  }

  retireKeeper(request: RetireKeeperRequest, options?: CallOptions): Promise<RetireKeeperResponse> {
    const method = this.#client.retireKeeper.bind(this.#client);
    return callUnary(this.#doing('retiring the keeper'), method, request, options);
  }

  listKeepers(request: ListKeepersRequest, options?: CallOptions): Promise<ListKeepersResponse> {
    const method = this.#client.listKeepers.bind(this.#client);
    return callUnary(this.#doing('listing keepers'), method, request, options);
  }

  listKeeperFiles(
    request: ListKeeperFilesRequest,
    options?: CallOptions,
  ): Promise<ListKeeperFilesResponse> {
    const method = this.#client.listKeeperFiles.bind(this.#client);
    return callUnary(this.#doing('listing files of a keeper'), method, request, options);
  }

  status(request: StatusRequest, options?: CallOptions): Promise<StatusResponse> {
    return callUnary(
      this.#doing('asking for the status'),
      this.#client.status.bind(this.#client),
      request,
      options,
    );
  }

  reportBadReplica(
    request: ReportBadReplicaRequest,
    options?: CallOptions,
  ): Promise<ReportBadReplicaResponse> {
    const method = this.#client.reportBadReplica.bind(this.#client);
    return callUnary(this.#doing('reporting a bad replica'), method, request, options);
  }

  verify(request: VerifyRequest, options?: CallOptions): AsyncIterable<VerifyResponse> {
    return readStream(
      this.#doing('verifying the file'),
      (call) => this.#client.verify(request, call),
      options,
    );
  }

  fsck(request: FsckRequest, options?: CallOptions): AsyncIterable<FsckResponse> {
    return readStream(
      this.#doing('checking all files'),
      (call) => this.#client.fsck(request, call),
      options,
    );
  }

  close(): void {
    this.#client.close();
  }

  #doing(what: string): string {
    return `${what} at the master ${this.#address}`;
  }
}
