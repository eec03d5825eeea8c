/** The master's gRPC server: both services, health checking and reflection, on one port. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import {
  logVerbosity,
  Server,
  type ServerDuplexStream,
  type ServerInterceptor,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { CallAllowance } from '../domain/call-allowance.js';
import { ReelkeepError } from '../domain/errors.js';
import type { OwnCredentials } from '../domain/own-credentials.js';
import { accessInterceptor, type Refusal } from './access.js';
import { BehindDoor, type WhoCalls } from './behind-door.js';
import { type CallCounters, countingInterceptor } from './call-counters.js';
import { callerOf } from './caller.js';
import { FrontDoor, type FrontDoorLimits } from './front-door.js';
import {
  type AbandonUploadRequest,
  type AbandonUploadResponse,
  type AwaitUploadRequest,
  type AwaitUploadResponse,
  type BeginUploadRequest,
  type BeginUploadResponse,
  type ClientServiceServer,
  ClientServiceService,
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
import {
  type KeeperServiceServer,
  KeeperServiceService,
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
import {
  clientPages,
  type PagesHandler,
  type StreamHandler,
  serverStream,
  type UnaryHandler,
  unary,
} from './handlers.js';
import { rpcLimits } from './limits.js';
import { serverCredentials } from './tls.js';

export interface ClientHandlers {
  readonly beginUpload: UnaryHandler<BeginUploadRequest, BeginUploadResponse>;
  readonly awaitUpload: StreamHandler<AwaitUploadRequest, AwaitUploadResponse>;
  readonly abandonUpload: UnaryHandler<AbandonUploadRequest, AbandonUploadResponse>;
  readonly locate: UnaryHandler<LocateRequest, LocateResponse>;
  readonly stat: UnaryHandler<StatRequest, StatResponse>;
  readonly statMany: UnaryHandler<StatManyRequest, StatManyResponse>;
  readonly list: UnaryHandler<ListRequest, ListResponse>;
  readonly remove: UnaryHandler<RemoveRequest, RemoveResponse>;
  readonly rename: UnaryHandler<RenameRequest, RenameResponse>;
  readonly listKeepers: UnaryHandler<ListKeepersRequest, ListKeepersResponse>;
  readonly listKeeperFiles: UnaryHandler<ListKeeperFilesRequest, ListKeeperFilesResponse>;
  readonly retireKeeper: UnaryHandler<RetireKeeperRequest, RetireKeeperResponse>;
  readonly status: UnaryHandler<StatusRequest, StatusResponse>;
  readonly verify: StreamHandler<VerifyRequest, VerifyResponse>;
  readonly fsck: StreamHandler<FsckRequest, FsckResponse>;
  readonly reportBadReplica: UnaryHandler<ReportBadReplicaRequest, ReportBadReplicaResponse>;
}

export interface KeeperHandlers {
  readonly register: UnaryHandler<RegisterRequest, RegisterResponse>;
  readonly reportInventory: PagesHandler<ReportInventoryRequest, ReportInventoryResponse>;
  readonly session: (stream: ServerDuplexStream<SessionRequest, SessionResponse>) => void;
  readonly reportStored: UnaryHandler<ReportStoredRequest, ReportStoredResponse>;
  readonly reportFailed: UnaryHandler<ReportFailedRequest, ReportFailedResponse>;
  readonly reportVerified: UnaryHandler<ReportVerifiedRequest, ReportVerifiedResponse>;
  readonly reportDropped: UnaryHandler<ReportDroppedRequest, ReportDroppedResponse>;
  readonly listReplicas: UnaryHandler<ListReplicasRequest, ListReplicasResponse>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly client: ClientHandlers;
  readonly keeper: KeeperHandlers;
  /** Without it everyone who can reach the port may ask for everything. */
  readonly access?: Access | undefined;
  /** Those of `rpcLimits` unless given. */
  readonly limits?: Partial<PeerLimits>;
  /** Each call is counted as it ends. */
  readonly counters?: CallCounters | undefined;
}

/** What callers are held to. */
export interface PeerLimits extends FrontDoorLimits {
  readonly callsPerSecondMax: number;
  readonly callsBurstMax: number;
  readonly streamsMax: number;
  readonly connectionIdleMs: number;
}

export interface Access {
  readonly credentials: OwnCredentials;
  onRefused(refusal: Refusal): void;
}

const services = ['', 'reelkeep.v1.ClientService', 'reelkeep.v1.KeeperService'];

export class ControlServer {
  readonly port: number;
  readonly #server: Server;
  readonly #health: HealthImplementation;
  readonly #door: FrontDoor;

  private constructor(server: Server, health: HealthImplementation, door: FrontDoor, port: number) {
    this.#server = server;
    this.#health = health;
    this.#door = door;
    this.port = port;
  }

  /** @throws ReelkeepError `conflict` when the port is in use */
  static async listen(options: ListenOptions): Promise<ControlServer> {
    const { client, keeper, access, counters } = options;
    const limits: PeerLimits = { ...rpcLimits, ...options.limits };
    // What fails is told by the call that failed; gRPC's own line would stand beside ours.
    setLogVerbosity(logVerbosity.NONE);
    const server = new Server({
      'grpc.max_receive_message_length': rpcLimits.messageBytesMax,
      'grpc.max_send_message_length': rpcLimits.messageBytesMax,
      'grpc.keepalive_time_ms': rpcLimits.keepaliveEveryMs,
      'grpc.keepalive_timeout_ms': rpcLimits.keepaliveTimeoutMs,
      'grpc.so_reuseport': 0,
      'grpc.max_concurrent_streams': limits.streamsMax,
      'grpc.max_connection_idle_ms': limits.connectionIdleMs,
      interceptors: [
        ...(counters ? [countingInterceptor(counters)] : []),
        ...(access ? [interceptorOf(access, limits)] : []),
      ],
      ...(access && { 'grpc.max_connection_age_ms': rpcLimits.connectionAgeMaxMs }),
    });
    const door = new FrontDoor(limits);
    const whoCalls: WhoCalls = (call) => access && callerOf(call);
    const behind = new BehindDoor(server, door, whoCalls);
    behind.addService(
      ClientServiceService,
      clientService(client, whoCalls) as UntypedServiceImplementation,
    );
    behind.addService(KeeperServiceService, keeperService(keeper) as UntypedServiceImplementation);
    const health = new HealthImplementation(
      Object.fromEntries(services.map((name) => [name, 'NOT_SERVING'])),
    );
    health.addToServer(behind as unknown as Server);
    new ReflectionService(packageDefinition()).addToServer(behind);
    const bound = await bind(server, options);
    door.watch(bound);
    return new ControlServer(server, health, door, bound);
  }

  get connections(): number {
    return this.#door.connections;
  }

  setServing(serving: boolean): void {
    for (const name of services) this.#health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  }

  /** Lets calls under way end for so long, then cuts them. */
  async close(graceMs: number): Promise<void> {
    this.setServing(false);
    const cut = setTimeout(() => this.#server.forceShutdown(), graceMs);
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    clearTimeout(cut);
    this.#door.close();
  }
}

const interceptorOf = (
  { credentials, onRefused }: Access,
  { callsPerSecondMax: perSecond, callsBurstMax: burst }: PeerLimits,
): ServerInterceptor =>
  accessInterceptor(
    credentials.principal.clusterId,
    new CallAllowance({ perSecond, burst }),
    onRefused,
  );

const clientService = (handlers: ClientHandlers, caller: WhoCalls): ClientServiceServer => ({
  beginUpload: unary(handlers.beginUpload, caller),
  awaitUpload: serverStream(handlers.awaitUpload, caller),
  abandonUpload: unary(handlers.abandonUpload, caller),
  locate: unary(handlers.locate, caller),
  stat: unary(handlers.stat, caller),
  statMany: unary(handlers.statMany, caller),
  list: unary(handlers.list, caller),
  remove: unary(handlers.remove, caller),
  rename: unary(handlers.rename, caller),
  listKeepers: unary(handlers.listKeepers, caller),
  listKeeperFiles: unary(handlers.listKeeperFiles, caller),
  retireKeeper: unary(handlers.retireKeeper, caller),
  status: unary(handlers.status, caller),
  verify: serverStream(handlers.verify, caller),
  fsck: serverStream(handlers.fsck, caller),
  reportBadReplica: unary(handlers.reportBadReplica, caller),
});

const keeperService = (handlers: KeeperHandlers): KeeperServiceServer => ({
  register: unary(handlers.register),
  reportInventory: clientPages(handlers.reportInventory),
  session: handlers.session,
  reportStored: unary(handlers.reportStored),
  reportFailed: unary(handlers.reportFailed),
  reportVerified: unary(handlers.reportVerified),
  reportDropped: unary(handlers.reportDropped),
  listReplicas: unary(handlers.listReplicas),
});

function packageDefinition() {
  const resolve = createRequire(import.meta.url).resolve;
  const root = dirname(dirname(dirname(resolve('#proto/reelkeep/v1/client.proto'))));
  const files = ['reelkeep/v1/client.proto', 'reelkeep/v1/keeper.proto'];
  return loadSync(files, { includeDirs: [root] });
}

function bind(server: Server, { host, port, access }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    server.bindAsync(address, serverCredentials(access?.credentials), (error, bound) => {
      if (error === null) return resolve(bound);
      const detail = /EADDRINUSE/.test(error.message)
        ? `port ${port} of ${host} is in use: choose another with --port, or 0 for a free one`
        : `cannot listen on ${address}: ${error.message}`;
      reject(new ReelkeepError('conflict', detail, { cause: error }));
    });
  });
}
