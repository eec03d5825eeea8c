/** Which error an upload ends with when nobody said no: whether it may have happened decides. */
import type { PlainError } from '../domain/errors.js';

interface Ending {
  readonly awaiting: 'master' | 'bytes' | 'sync' | 'copies';
  readonly patienceMs: Readonly<Record<Ending['awaiting'], number>>;
  readonly allSent: boolean;
  readonly error: PlainError | undefined;
}

/** Patience ended: the last error, which is what kept it from going on, or the silence itself. */
export function silence({ error, awaiting, patienceMs }: Ending): PlainError {
  const reason = error?.detail ?? doings[awaiting];
  const seconds = Math.round(patienceMs[awaiting] / 1000);
  return { code: 'unavailable', detail: `no progress for ${seconds} s: ${reason}` };
}

const doings: Record<Ending['awaiting'], string> = {
  master: 'the master does not answer',
  bytes: 'the keeper takes no bytes',
  sync: 'the keeper does not say that it has the file',
  copies: 'too few keepers have a copy',
};

/** The master has given the name back: whatever was in doubt has not happened, and will not. */
export const certain = ({ error }: Ending): PlainError | undefined =>
  error?.code === 'unknown-outcome' ? { ...error, code: 'unavailable' } : error;

/** The master could not be asked to forget the upload. */
export const unheard = ({ error, allSent }: Ending): PlainError | undefined =>
  allSent
    ? {
        code: 'unknown-outcome',
        detail: `every byte was sent, but the master could not be asked what came of it; look with "stat" (${error?.detail ?? 'no error'})`,
      }
    : error;

/** The file is in the table, but fewer replicas are durable than were asked for. */
export const unacked = ({ error }: Ending): PlainError => ({
  code: 'unknown-outcome',
  detail: `the file is stored, but not on as many keepers as were asked for; look with "stat" (${error?.detail ?? 'no error'})`,
});
