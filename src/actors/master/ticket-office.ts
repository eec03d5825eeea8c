/**
 * Signs the tickets, with one key for each keeper.
 *
 * A key is made when its keeper registers and is known to that keeper and this process
 * alone, so a stolen keeper can sign only for itself; a master that starts again makes
 * new ones.
 */
import { randomBytes } from 'node:crypto';
import { parseAddress } from '../../domain/address.js';
import type { Digest, FileId, KeeperId, UploadId } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import type { FileLabel, TransferOperation } from '../../domain/ticket.js';
import type { TransferSource } from '../../rpc/generated/reelkeep/v1/common.js';
import { signTicket } from '../../transfer/ticket-proof.js';

export interface KeeperKey {
  readonly keyId: number;
  readonly secret: Uint8Array;
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
}

export class TicketOffice {
  readonly #keys = new Map<KeeperId, KeeperKey>();
  readonly #ticketLifeMs: number;
  #lastKeyId = 0;

  constructor(ticketLifeMs: number) {
    this.#ticketLifeMs = ticketLifeMs;
  }

  newKey(keeper: KeeperId): KeeperKey {
    this.#lastKeyId += 1;
    const key = { keyId: this.#lastKeyId, secret: randomBytes(32) };
    this.#keys.set(keeper, key);
    return key;
  }

  /** Of the key with which the keeper's tickets are signed; 0 when it has not registered. */
  keyIdOf(keeper: KeeperId): number {
    return this.#keys.get(keeper)?.keyId ?? 0;
  }

  /** @returns undefined for a keeper that has not registered with this master */
  issue(
    request: TicketRequest,
    view: KeeperView,
    epoch: number,
    masterClockMs: number,
  ): TransferSource | undefined {
    const key = this.#keys.get(view.keeper);
    const address = parseAddress(view.address);
    if (key === undefined || address === undefined) return undefined;
    const ticket = signTicket(
      {
        ...request,
        keeper: view.keeper,
        incarnation: view.incarnation,
        epoch,
        expiresAtMs: Math.ceil(masterClockMs + this.#ticketLifeMs),
        nonce: randomBytes(16).toString('hex'),
        keyId: key.keyId,
      },
      key.secret,
    );
    return {
      keeperId: view.keeper,
      ...address,
      ticket: { claims: Buffer.from(ticket.claims), proofKey: Buffer.from(ticket.proofKey) },
    };
  }
}
