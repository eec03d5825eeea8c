/** Where a transfer goes, and the master's permission for it, as a client was given them. */
import type { KeeperId } from './ids.js';

export interface TransferSource {
  readonly keeper: KeeperId;
  readonly host: string;
  readonly port: number;
  /** Its data port asks for TLS, and for a certificate. */
  readonly tls: boolean;
  readonly ticket: TransferTicket;
}

export interface TransferTicket {
  /** Encoded claims, as the master signed them. */
  readonly claims: Uint8Array;
  /** What the holder proves that it knows, and never sends. */
  readonly proofKey: Uint8Array;
}
