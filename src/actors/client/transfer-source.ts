/** The master's messages about where to transfer, as the domain has them. */
import { type ErrorCode, ReelkeepError, toPlainError } from '../../domain/errors.js';
import { keeperId } from '../../domain/ids.js';
import type { TransferSource } from '../../domain/transfer-source.js';
import type { TransferSource as Message } from '../../rpc/generated/reelkeep/v1/common.js';
import type { SignedTicket } from '../../transfer/ticket-proof.js';

/** @throws ReelkeepError when the permission is missing */
export function toTransferSource({
  keeperId: keeper,
  host,
  port,
  tls,
  ticket,
}: Message): TransferSource {
  if (ticket === undefined)
    throw new ReelkeepError('internal', `the master gave no ticket for ${keeper}`);
  return { keeper: keeperId(keeper), host, port, tls, ticket };
}

/** The same permission as the transfer room has it. */
export const signedTicket = ({ ticket }: TransferSource): SignedTicket => ({
  claims: asBuffer(ticket.claims),
  proofKey: asBuffer(ticket.proofKey),
});

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const passing: ReadonlySet<ErrorCode> = new Set(['unavailable', 'unknown-outcome', 'stale']);

/** Whether the same request to the master may do better later. */
export const mayPass = (error: unknown): boolean => passing.has(toPlainError(error).code);
