/** The keeper's side of the link: registers, beats, reports, and hands on what the master orders. */
import type { Logger } from 'pino';
import type { DataTraffic } from '../../domain/data-traffic.js';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import {
  type Digest,
  digest,
  type FileId,
  fileId,
  type KeeperId,
  type UploadId,
} from '../../domain/ids.js';
import type { ScrubProgress } from '../../domain/keeper-scrub.js';
import type { Mp4Facts } from '../../domain/mp4-facts.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';
import type { SeenInTerm } from '../../domain/term-line.js';
import type { ReportVerdict } from '../../machines/store-replica.machine.js';
import { toInventoryMessage, toMp4Message } from '../../rpc/file-message.js';
import type {
  KeeperStamp,
  ReportInventoryRequest,
  SessionResponse,
} from '../../rpc/generated/reelkeep/v1/keeper.js';
import { KeeperLink, type KeeperSession } from '../../rpc/keeper-link.js';
import { toScrubMessage } from '../../rpc/scrub-message.js';
import { wasNeverSent } from '../../rpc/status.js';
import { verifiedOutcomes } from '../../rpc/words.js';
import type { InventoryPage } from '../../storage/inventory.js';
import { ReportNumbers } from './report-numbers.js';
import type { Term } from './term.js';

/** What a heartbeat tells. */
export interface Vitals {
  readonly freeBytes: number;
  readonly usedBytes: number;
  readonly transfers: number;
  readonly uploadIds: readonly UploadId[];
  readonly diskSuspect: boolean;
  readonly eventLoopLagMs: number;
  readonly scrub: ScrubProgress;
  readonly traffic: DataTraffic;
}

interface HeldPage {
  readonly replicas: readonly {
    readonly fileId: FileId;
    /** Bytes. */
    readonly size: number;
    readonly digest: Digest;
    /** Since it was last verified. */
    readonly ageMs: number;
  }[];
  /** After which the next page begins; absent after the last. */
  readonly next: FileId | undefined;
}

interface Identity {
  readonly keeperId: KeeperId;
  /** Of this process. */
  readonly startId: string;
  readonly incarnation: number;
  readonly clusterId: string;
  readonly highestEpoch: number;
  readonly highestCommit: number;
  readonly terms: readonly SeenInTerm[];
  readonly advertise: string;
  /** Its data port asks for TLS. */
  readonly dataTls: boolean;
}

export interface MasterLinkOptions {
  readonly master: string;
  /** Plain text without them. */
  readonly credentials?: OwnCredentials | undefined;
  readonly identity: () => Identity;
  readonly term: Term;
  readonly vitals: () => Promise<Vitals>;
  readonly log: Logger;
  /** The master's term was accepted; resolves when the disk remembers it. */
  onTerm(clusterId: string, incarnation: number): Promise<void>;
  onCommand(command: NonNullable<SessionResponse['command']>): void;
  onSessionLost(reason: string): void;
}

export class MasterLink {
  readonly #options: MasterLinkOptions;
  #link: KeeperLink;
  readonly #reports = new ReportNumbers();
  #session: KeeperSession | undefined;
  #beating: NodeJS.Timeout | undefined;
  #leaving = false;
  #isBeating = false;

  constructor(options: MasterLinkOptions) {
    this.#options = options;
    this.#link = KeeperLink.open(options.master, options.credentials);
  }

  /** @throws ReelkeepError `stale` when this master's term is older than one this keeper has obeyed; `unavailable` */
  async register(signal: AbortSignal): Promise<void> {
    const { identity, vitals, term, onTerm } = this.#options;
    const own = identity();
    const { highestEpoch } = own;
    const { freeBytes, usedBytes } = await vitals();
    const registered = await this.#link
      .register({ ...own, terms: [...own.terms], freeBytes, usedBytes }, { signal })
      .catch((error: unknown) => {
        this.#dialAnewUnlessHeard(error);
        throw error;
      });
    if (registered.epoch < highestEpoch)
      throw new ReelkeepError(
        'stale',
        `the master is in epoch ${registered.epoch}, but epoch ${highestEpoch} has been seen: is an old master running?`,
      );
    // Nothing that the session before still carries is obeyed under the new registration.
    this.#endSession();
    this.#reports.giveUpAwaited();
    term.begin(registered);
    await onTerm(registered.clusterId, registered.incarnation);
    signal.throwIfAborted();
    this.#openSession();
    await this.#beat();
    if (this.#session === undefined)
      throw new ReelkeepError('unavailable', 'the session ended as soon as it had begun');
  }

  /** One on which nothing comes back may be dead; one that is still being made would be left open. */
  #dialAnewUnlessHeard(error: unknown): void {
    if (!(error instanceof ReelkeepError) || wasNeverSent(error)) return;
    if (!['unknown-outcome', 'unavailable'].includes(error.code)) return;
    this.#link.close();
    this.#link = KeeperLink.open(this.#options.master, this.#options.credentials);
  }

  /** @returns whether everything could be looked at, and so whether the master concludes from it */
  async reportInventory(
    pages: AsyncIterable<InventoryPage>,
    signal: AbortSignal,
  ): Promise<'complete' | 'incomplete'> {
    let complete = false;
    const noteLast = (page: InventoryPage): void => {
      complete = page.complete;
    };
    await this.#link.reportInventory(this.#stampPages(pages, noteLast), signal);
    return complete ? 'complete' : 'incomplete';
  }

  async reportStored(replica: {
    readonly uploadId?: UploadId;
    readonly fileId: FileId;
    readonly size: number;
    readonly digest: string;
    readonly mp4: Mp4Facts;
  }): Promise<ReportVerdict> {
    const { uploadId = '', fileId, size, digest } = replica;
    const mp4 = toMp4Message(replica.mp4);
    const answer = await this.#report([fileId], (stamp) =>
      this.#link.reportStored({ stamp, uploadId, fileId, size, digest, mp4 }),
    );
    return answer.accepted ? { accepted: true } : { accepted: false, reason: answer.reason };
  }

  async reportFailed(transfer: {
    readonly uploadId?: UploadId;
    readonly fileId: FileId;
    readonly failure: unknown;
    readonly badSource?: KeeperId;
  }): Promise<void> {
    const { uploadId = '', fileId, failure, badSource = '' } = transfer;
    const { code, detail } = toPlainError(failure);
    const failed = { uploadId, fileId, code, detail, badSourceKeeperId: badSource };
    await this.#report([fileId], (stamp) => this.#link.reportFailed({ stamp, ...failed }));
  }

  async reportVerified(
    fileId: FileId,
    outcome: keyof typeof verifiedOutcomes,
    reason: string,
    { challenge = '', proof = '' } = {},
  ): Promise<void> {
    const verified = { fileId, outcome: verifiedOutcomes[outcome], reason, challenge, proof };
    await this.#report([fileId], (stamp) => this.#link.reportVerified({ stamp, ...verified }));
  }

  /** @param quarantinedOnly they are off the quarantine; what else is here of them stayed */
  async reportDropped(fileIds: readonly FileId[], quarantinedOnly: boolean): Promise<void> {
    await this.#report(fileIds, (stamp) =>
      this.#link.reportDropped({ stamp, fileIds, quarantinedOnly }),
    );
  }

  /** A page of what the table holds this keeper to have, in the order of file ids, after `after`. */
  async listReplicas(after: FileId | undefined): Promise<HeldPage> {
    const asked = { stamp: this.#stamp(), afterFileId: after ?? '', limit: 0 };
    const { replicas, nextAfterFileId } = await this.#link.listReplicas(asked);
    return {
      replicas: replicas.map((held) => ({
        fileId: fileId(held.fileId),
        size: held.size,
        digest: digest(held.digest),
        ageMs: held.ageMs,
      })),
      next: nextAfterFileId === '' ? undefined : fileId(nextAfterFileId),
    };
  }

  /** Tells the master that this keeper is going; what ends the session later is no failure then. */
  async leave(): Promise<void> {
    this.#leaving = true;
    try {
      await this.#beat();
    } catch (error) {
      // A disk that does not answer any more is no reason to stay.
      this.#options.log.warn({ err: error }, 'the master was not told of the leaving');
    }
  }

  close(): void {
    this.#endSession();
    this.#link.close();
  }

  #openSession(): void {
    this.#endSession();
    const { term, log, onCommand, onSessionLost } = this.#options;
    const session = this.#link.session({
      onMessage: (message) => {
        if (this.#session !== session || message.epoch < term.epoch) return;
        term.hear(message);
        if (message.command !== undefined) onCommand(message.command);
      },
      onEnd: (reason) => {
        if (this.#session !== session) return;
        this.#endSession();
        onSessionLost(reason === 'ended' ? 'the master ended the session' : reason.detail);
      },
    });
    this.#session = session;
    this.#beating = setInterval(() => {
      // A disk that does not answer is asked once, not once more with each beat.
      if (this.#isBeating) return;
      this.#beat().catch((error: unknown) => log.error({ err: error }, 'no heartbeat sent'));
    }, term.heartbeatEveryMs);
  }

  #endSession(): void {
    clearInterval(this.#beating);
    const session = this.#session;
    this.#session = undefined;
    session?.close();
  }

  async #beat(): Promise<void> {
    this.#isBeating = true;
    try {
      const { scrub, ...vitals } = await this.#options.vitals();
      const { keyId: ticketKeyId } = this.#options.term;
      const leaving = this.#leaving;
      this.#session?.send({
        stamp: this.#stamp(),
        ...vitals,
        leaving,
        ticketKeyId,
        scrub: toScrubMessage(scrub),
      });
    } finally {
      this.#isBeating = false;
    }
  }

  #report<Answer>(
    about: readonly FileId[],
    call: (stamp: KeeperStamp) => Promise<Answer>,
  ): Promise<Answer> {
    return this.#reports.send(about, (report) => call(this.#stamp(report)));
  }

  #stamp(report = 0): KeeperStamp {
    const { keeperId, incarnation } = this.#options.identity();
    const { givenUp } = this.#reports;
    return { keeperId, incarnation, epoch: this.#options.term.epoch, report, givenUp };
  }

  async *#stampPages(
    pages: AsyncIterable<InventoryPage>,
    onPage: (page: InventoryPage) => void,
  ): AsyncGenerator<ReportInventoryRequest> {
    for await (const page of pages) {
      onPage(page);
      yield {
        stamp: this.#stamp(),
        entries: page.entries.map(toInventoryMessage),
        complete: page.complete,
        deletedFileIds: page.deleted,
      };
    }
  }
}
