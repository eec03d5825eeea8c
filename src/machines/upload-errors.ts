/** Which error an upload ends with when nobody said no: whether it may have happened decides. */
import type { PlainError } from '../domain/errors.js';

interface Ending {
  readonly allSent: boolean;
  readonly error: PlainError | undefined;
}

/** Patience ended: the last error, which is what kept it from going on, or the silence itself. */
export const silence = ({ error }: Ending): PlainError => ({
  code: 'unavailable',
  detail: `no progress for too long${error ? `; the last error was: ${error.detail}` : ''}`,
});

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
