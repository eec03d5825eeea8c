/** Runs a transfer's machine to its end, whatever ends it. */
import type { PlainError } from '../../domain/errors.js';
import { fromPlainError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';

export interface Transfer {
  start(): unknown;
  send(event: { readonly type: 'interrupt'; readonly error: PlainError }): void;
}

export type TransferOutput =
  | { readonly ok: true; readonly file: FileView }
  | { readonly ok: false; readonly error: PlainError };

/**
 * @param output what the machine comes to
 * @throws ReelkeepError when that is a failure
 */
export async function runTransfer(
  transfer: Transfer,
  output: Promise<TransferOutput>,
  signal: AbortSignal,
): Promise<FileView> {
  const interrupt = (): void =>
    transfer.send({ type: 'interrupt', error: { code: 'unavailable', detail: 'interrupted' } });
  transfer.start();
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  try {
    const end = await output;
    if (!end.ok) throw fromPlainError(end.error);
    return end.file;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
