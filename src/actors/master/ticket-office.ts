/**
 * Signs the tickets, with one key for each keeper.
 *
 * A key is made when its keeper registers and is known to that keeper and this process
 * alone, so a stolen keeper can sign only for itself; a master that starts again makes
 * new ones. A key that has served its time is followed by another:
 *
 *   in use ──its time is over──> in use, next told ──a heartbeat names the next──> next in use
 *
 * The keeper knows both, so that what the first has signed still opens.
 */
import { randomBytes } from 'node:crypto';
import { parseAddress } from '../../domain/address.js';
import type { Digest, FileId, KeeperId, UploadId } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import type { FileLabel, TransferOperation } from '../../domain/ticket.js';
import type { TransferSource } from '../../rpc/generated/reelkeep/v1/common.js';
import type { TicketKey } from '../../rpc/generated/reelkeep/v1/keeper.js';
import { signTicket } from '../../transfer/ticket-proof.js';

export interface KeeperKey {
  readonly keyId: number;
  readonly secret: Uint8Array;
}

interface Desk {
  readonly key: KeeperKey;
  readonly sinceMs: number;
  /** Told to the keeper, and not yet known to have come there. */
  readonly next?: KeeperKey;
  /** The keeper's data port asks for TLS. */
  readonly tls: boolean;
}

export interface TicketOfficeLimits {
  /** A ticket that has not been used by then is void. */
  readonly ticketLifeMs: number;
  /** A key that has signed for so long is followed by another. */
  readonly ticketKeyEveryMs: number;
}

export interface TicketRequest {
  readonly operation: TransferOperation;
  readonly fileId: FileId;
  readonly uploadId?: UploadId;
  /** Bytes. */
  readonly size: number;
  readonly digest?: Digest;
  readonly label?: FileLabel;
  readonly forCopy?: true;
  readonly bearer?: string;
}

export class TicketOffice {
  readonly #desks = new Map<KeeperId, Desk>();
  readonly #limits: TicketOfficeLimits;
  #lastKeyId = 0;

  constructor(limits: TicketOfficeLimits) {
    this.#limits = limits;
  }

  /** For a keeper that registers: tickets are signed with it from now on. */
  newKey(
    keeper: KeeperId,
    { tls, nowMs }: { readonly tls: boolean; readonly nowMs: number },
  ): KeeperKey {
    const key = this.#makeKey();
    this.#desks.set(keeper, { key, sinceMs: nowMs, tls });
    return key;
  }

  /** Of the key with which the keeper's tickets are signed; 0 when it has not registered. */
  keyIdOf(keeper: KeeperId): number {
    return this.#desks.get(keeper)?.key.keyId ?? 0;
  }

  /** What the keeper is to be told: the next key, the same one until it goes by it. */
  dueKey(keeper: KeeperId, nowMs: number): KeeperKey | undefined {
    const desk = this.#desks.get(keeper);
    if (desk === undefined || desk.next !== undefined) return desk?.next;
    if (nowMs - desk.sinceMs < this.#limits.ticketKeyEveryMs) return undefined;
    const next = this.#makeKey();
    this.#desks.set(keeper, { ...desk, next });
    return next;
  }

  /** The keeper has told which key it goes by. */
  goesBy(keeper: KeeperId, keyId: number, nowMs: number): void {
    const desk = this.#desks.get(keeper);
    if (desk?.next?.keyId !== keyId) return;
    this.#desks.set(keeper, { key: desk.next, sinceMs: nowMs, tls: desk.tls });
  }

  /** @returns undefined for a keeper that has not registered with this master */
  issue(
    request: TicketRequest,
    view: KeeperView,
    epoch: number,
    masterClockMs: number,
  ): TransferSource | undefined {
    const desk = this.#desks.get(view.keeper);
    const address = parseAddress(view.address);
    if (desk === undefined || address === undefined) return undefined;
    const { key, tls } = desk;
    const ticket = signTicket(
      {
        ...request,
        keeper: view.keeper,
        incarnation: view.incarnation,
        epoch,
        expiresAtMs: Math.ceil(masterClockMs + this.#limits.ticketLifeMs),
        nonce: randomBytes(16).toString('hex'),
        keyId: key.keyId,
      },
      key.secret,
    );
    return {
      keeperId: view.keeper,
      ...address,
      tls,
      ticket: { claims: Buffer.from(ticket.claims), proofKey: Buffer.from(ticket.proofKey) },
    };
  }

  #makeKey(): KeeperKey {
    this.#lastKeyId += 1;
    return { keyId: this.#lastKeyId, secret: randomBytes(32) };
  }
}

export const toKeyMessage = ({ keyId, secret }: KeeperKey): TicketKey => ({
  keyId,
  secret: Buffer.from(secret),
});
