/**
 * A keeper without a disk that has a certificate of its own, speaks the real protocols, and says
 * what a test has it say. Left alone it takes every order, claims to have done it, and has nothing.
 */
import { randomBytes } from 'node:crypto';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { Credentials } from '../../../src/credentials/credential-files.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { keeperId } from '../../../src/domain/ids.js';
import { callUnary } from '../../../src/rpc/call.js';
import {
  type InventoryEntry,
  KeeperServiceClient,
  type KeeperStamp,
  ReportVerifiedRequest_Outcome as Outcome,
  RegisterRequest,
  type RegisterResponse,
  type ReportInventoryRequest,
  type ReportStoredRequest,
  SessionRequest,
  type SessionResponse,
} from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { fromServiceError } from '../../../src/rpc/status.js';
import { channelCredentials, channelOptionsFor } from '../../../src/rpc/tls.js';
import type { TransferHandlers } from '../../../src/transfer/handlers.js';
import { TransferServer } from '../../../src/transfer/transfer-server.js';
import { liar } from './certified-cluster.js';

export type Command = NonNullable<SessionResponse['command']>;

export interface LyingOptions {
  readonly master: string;
  /** Directory of its certificate. */
  readonly credentials: string;
  /** Where it says that its data port is; its own unless given. */
  readonly advertise?: string;
}

const tebibyte = 1024 ** 4;
const nothing = new Uint8Array();

export class LyingKeeper {
  /** Everything that the master has ordered. */
  readonly commands: Command[] = [];
  /** What it does for those who come to its data port with a ticket. */
  lies: Partial<TransferHandlers> = {};
  /** New replicas are placed there: it claims more room than anybody else. */
  takesUploads = false;
  /** Done at once for each order; it claims to have done it unless told otherwise. */
  obey: (command: Command) => Promise<void> = (command) => this.claimDone(command);
  readonly #startId = randomBytes(8).toString('hex');
  readonly #own: Credentials;
  readonly #client: KeeperServiceClient;
  readonly #heard = new Set<(command: Command) => void>();
  #server: TransferServer | undefined;
  #advertise: string | undefined;
  #term: RegisterResponse | undefined;
  #reports = 0;
  #session: ClientDuplexStream<SessionRequest, SessionResponse> | undefined;
  #beating: NodeJS.Timeout | undefined;

  /** Registered, with nothing in its inventory, and beating, until the test is over. */
  static async join(options: LyingOptions): Promise<LyingKeeper> {
    const own = await Credentials.open({
      directory: options.credentials,
      roles: ['keeper'],
      onNews: () => undefined,
    });
    const keeper = new LyingKeeper(options, own);
    onTestFinished(() => keeper.end());
    await keeper.#listen();
    await keeper.register();
    keeper.beat();
    await keeper.reportInventory([keeper.page([], { complete: true })]);
    return keeper;
  }

  private constructor({ master, advertise }: LyingOptions, own: Credentials) {
    this.#own = own;
    this.#advertise = advertise;
    this.#client = new KeeperServiceClient(master, channelCredentials(own), channelOptionsFor(own));
  }

  /** @param lies what it says otherwise than it is */
  async register(lies: Partial<RegisterRequest> = {}): Promise<void> {
    const request: RegisterRequest = {
      ...RegisterRequest.decode(nothing),
      keeperId: liar,
      incarnation: 1,
      advertise: this.#advertise ?? '',
      freeBytes: tebibyte,
      startId: this.#startId,
      ...lies,
    };
    const method = this.#client.register.bind(this.#client);
    this.#term = await callUnary('registering', method, request);
  }

  stamp(lies: Partial<KeeperStamp> = {}): KeeperStamp {
    this.#reports += 1;
    const { incarnation = 1, epoch = 1 } = this.#term ?? {};
    return { keeperId: liar, incarnation, epoch, report: this.#reports, givenUp: [], ...lies };
  }

  page(
    entries: readonly InventoryEntry[],
    lies: Partial<ReportInventoryRequest> = {},
  ): ReportInventoryRequest {
    const stamp = this.stamp({ report: 0 });
    return { stamp, entries, complete: false, deletedFileIds: [], ...lies };
  }

  /** @throws ReelkeepError as a keeper is told */
  async reportInventory(pages: readonly ReportInventoryRequest[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const call = this.#client.reportInventory((error) =>
        error ? reject(fromServiceError(error, 'reporting')) : resolve(),
      );
      for (const page of pages) call.write(page);
      call.end();
    });
  }

  /** @returns whether the master took it, and why not */
  async reportStored(
    replica: Partial<ReportStoredRequest> & Pick<ReportStoredRequest, 'fileId'>,
  ): Promise<{ readonly accepted: boolean; readonly reason: string }> {
    const whole = { uploadId: '', size: 0, digest: '0'.repeat(64), mp4: undefined, ...replica };
    const method = this.#client.reportStored.bind(this.#client);
    return await callUnary('reporting', method, { stamp: this.stamp(), ...whole });
  }

  async reportVerified(
    fileId: string,
    outcome: keyof typeof Outcome,
    { stamp = this.stamp(), challenge = '', proof = '' } = {},
  ): Promise<void> {
    const method = this.#client.reportVerified.bind(this.#client);
    const verified = { stamp, fileId, outcome: Outcome[outcome], reason: '', challenge, proof };
    await callUnary('reporting', method, verified);
  }

  async reportDropped(fileIds: readonly string[], stamp = this.stamp()): Promise<void> {
    const method = this.#client.reportDropped.bind(this.#client);
    await callUnary('reporting', method, { stamp, fileIds, quarantinedOnly: false });
  }

  async reportFailed(fileId: string, badSourceKeeperId: string, stamp = this.stamp()) {
    const method = this.#client.reportFailed.bind(this.#client);
    const failed = { uploadId: '', fileId, code: 'integrity', detail: '', badSourceKeeperId };
    await callUnary('reporting', method, { stamp, ...failed });
  }

  async listReplicas(stamp: KeeperStamp): Promise<void> {
    const method = this.#client.listReplicas.bind(this.#client);
    await callUnary('asking', method, { stamp, afterFileId: '', limit: 0 });
  }

  /** How the master ends a session that begins with this message. */
  async sessionBegunWith(lies: Partial<SessionRequest>): Promise<ReelkeepError> {
    const session = this.#client.session();
    return await new Promise((resolve) => {
      session.on('error', (error) =>
        resolve(
          'details' in error
            ? fromServiceError(error as Parameters<typeof fromServiceError>[0], 'session')
            : new ReelkeepError('internal', error.message),
        ),
      );
      session.on('data', () => resolve(new ReelkeepError('internal', 'it was let in')));
      session.write({ ...this.#vitals(), ...lies });
    });
  }

  /** From now on, in a session of its own. */
  beat(): void {
    clearInterval(this.#beating);
    this.#session?.cancel();
    const session = this.#client.session();
    this.#session = session;
    // It ends with the master, or with this keeper.
    session.on('error', () => undefined);
    session.on('data', ({ command }: SessionResponse) => command && this.#take(command));
    session.write(this.#vitals());
    this.#beating = setInterval(
      () => session.write(this.#vitals()),
      this.#term?.heartbeatEveryMs ?? 1_000,
    );
  }

  /** The first order of this kind about the file, also one that came before. */
  async ordered<Case extends Command['$case']>(kind: Case, fileId: string): Promise<Command> {
    const isIt = ({ $case, value }: Command): boolean => $case === kind && value.fileId === fileId;
    const before = this.commands.find(isIt);
    if (before !== undefined) return before;
    return await new Promise((resolve) => {
      const hear = (command: Command): void => {
        if (!isIt(command)) return;
        this.#heard.delete(hear);
        resolve(command);
      };
      this.#heard.add(hear);
    });
  }

  /** Says that it has done what it has not. */
  async claimDone({ $case, value }: Command): Promise<void> {
    const { fileId } = value;
    if ($case === 'copy')
      await this.reportStored({ fileId, size: value.size, digest: value.digest });
    if ($case === 'verify') {
      const { challenge } = value;
      await this.reportVerified(fileId, 'SOUND', { challenge, proof: 'f'.repeat(64) });
    }
    if ($case === 'drop') await this.reportDropped([fileId]);
  }

  async end(): Promise<void> {
    clearInterval(this.#beating);
    this.#session?.cancel();
    this.#client.close();
    this.#own.close();
    await this.#server?.close();
  }

  async #listen(): Promise<void> {
    const told = async () => {
      throw new ReelkeepError('not-found', 'it is not here');
    };
    const keeper = this;
    this.#server = await TransferServer.listen({
      host: '127.0.0.1',
      port: 0,
      authority: {
        keeper: keeperId(liar),
        get incarnation() {
          return keeper.#term?.incarnation ?? 1;
        },
        keyOf: () => this.#term?.ticketKey?.secret,
        highestEpoch: () => 0,
        masterNowMs: () => 0,
      },
      handlers: {
        put: (request) => (this.lies.put ?? told)(request),
        get: (request) => (this.lies.get ?? told)(request),
        manifest: (request) => (this.lies.manifest ?? told)(request),
      },
    });
    this.#advertise ??= `127.0.0.1:${this.#server.port}`;
  }

  #take(command: Command): void {
    this.commands.push(command);
    for (const hear of [...this.#heard]) hear(command);
    // Whom the master does not believe is told so, and goes on.
    this.obey(command).catch(() => undefined);
  }

  #vitals(): SessionRequest {
    return {
      ...SessionRequest.decode(nothing),
      stamp: this.stamp({ report: 0 }),
      freeBytes: 1024 * tebibyte,
      diskSuspect: !this.takesUploads,
      ticketKeyId: this.#term?.ticketKey?.keyId ?? 0,
    };
  }
}
