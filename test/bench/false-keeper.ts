/** A keeper without a disk: it registers, beats and reports over gRPC as real ones do, on a connection of its own. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ChannelOptions, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { callUnary } from '../../src/rpc/call.js';
import {
  type InventoryEntry,
  KeeperServiceClient,
  type KeeperStamp,
  type ReportInventoryRequest,
  type ReportStoredRequest,
  type SessionRequest,
  type SessionResponse,
} from '../../src/rpc/generated/reelkeep/v1/keeper.js';
import { channelOptions } from '../../src/rpc/limits.js';

const tebibyte = 1024 ** 4;
/** Else all clients of a process share one connection. */
const ownConnection: ChannelOptions = { ...channelOptions, 'grpc.use_local_subchannel_pool': 1 };

export interface FalseKeeperOptions {
  /** What it says that it has, in pages; nothing when absent. */
  readonly inventory?: Iterable<InventoryEntry[]>;
  /** The master orders a copy, which is never made. */
  onCopy?(): void;
}

export class FalseKeeper {
  readonly keeperId: string;
  readonly #options: FalseKeeperOptions;
  readonly #client: KeeperServiceClient;
  #incarnation = 0;
  #epoch = 0;
  #ticketKeyId = 0;
  #reports = 0;
  #session: ClientDuplexStream<SessionRequest, SessionResponse> | undefined;
  #beating: NodeJS.Timeout | undefined;

  /** Registered, with its inventory told, and beating when this resolves. */
  static async start(
    master: string,
    keeperId: string,
    options: FalseKeeperOptions = {},
  ): Promise<FalseKeeper> {
    const keeper = new FalseKeeper(master, keeperId, options);
    await keeper.#register();
    return keeper;
  }

  private constructor(master: string, keeperId: string, options: FalseKeeperOptions) {
    this.keeperId = keeperId;
    this.#options = options;
    this.#client = new KeeperServiceClient(master, credentials.createInsecure(), ownConnection);
  }

  async reportStored(replica: Omit<ReportStoredRequest, 'stamp'>): Promise<void> {
    this.#reports += 1;
    const request = { stamp: this.#stamp(this.#reports), ...replica };
    const method = this.#client.reportStored.bind(this.#client);
    const { accepted, reason } = await callUnary('reporting a replica', method, request);
    if (!accepted) throw new Error(`the master does not take a replica: ${reason}`);
  }

  end(): void {
    clearInterval(this.#beating);
    this.#session?.cancel();
    this.#client.close();
  }

  async #register(): Promise<void> {
    const registered = await callUnary('registering', this.#client.register.bind(this.#client), {
      keeperId: this.keeperId,
      clusterId: '',
      incarnation: 1,
      advertise: '127.0.0.1:9',
      dataTls: false,
      highestEpoch: 0,
      highestCommit: 0,
      freeBytes: tebibyte,
      usedBytes: 0,
      startId: randomBytes(8).toString('hex'),
      terms: [],
    });
    this.#incarnation = registered.incarnation;
    this.#epoch = registered.epoch;
    this.#ticketKeyId = registered.ticketKey?.keyId ?? 0;
    this.#session = this.#client.session();
    // It ends with the master, or with this keeper.
    this.#session.on('error', () => undefined);
    this.#session.on('data', ({ command }: SessionResponse) => {
      if (command?.$case === 'copy') this.#options.onCopy?.();
    });
    this.#beat();
    this.#beating = setInterval(() => this.#beat(), registered.heartbeatEveryMs);
    await this.#reportInventory();
  }

  #beat(): void {
    this.#session?.write({
      stamp: this.#stamp(0),
      freeBytes: tebibyte,
      usedBytes: 0,
      transfers: 0,
      uploadIds: [],
      diskSuspect: false,
      eventLoopLagMs: 0,
      leaving: false,
      ticketKeyId: this.#ticketKeyId,
      scrub: undefined,
      traffic: undefined,
    });
  }

  async #reportInventory(): Promise<void> {
    const page = (entries: InventoryEntry[], complete: boolean): ReportInventoryRequest => ({
      stamp: this.#stamp(0),
      entries,
      complete,
      deletedFileIds: [],
    });
    const { inventory = [] } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const call = this.#client.reportInventory((error) => (error ? reject(error) : resolve()));
      const writeAll = async (): Promise<void> => {
        for (const entries of inventory)
          if (!call.write(page(entries, false))) await once(call, 'drain');
        call.write(page([], true));
        call.end();
      };
      writeAll().catch(reject);
    });
  }

  #stamp(report: number): KeeperStamp {
    const { keeperId } = this;
    const [incarnation, epoch] = [this.#incarnation, this.#epoch];
    return { keeperId, incarnation, epoch, report, givenUp: [] };
  }
}

export async function startFalseKeepers(
  master: string,
  count: number,
): Promise<readonly FalseKeeper[]> {
  const atATime = 50;
  const keepers: FalseKeeper[] = [];
  for (let from = 0; from < count; from += atATime) {
    const names = Array.from({ length: Math.min(atATime, count - from) }, (_, at) => from + at);
    const started = names.map((number) => FalseKeeper.start(master, `false-${number}`));
    keepers.push(...(await Promise.all(started)));
  }
  return keepers;
}
