/** Where a gateway may listen: whoever reaches it may do what it may do. */
import { ReelkeepError } from '../../domain/errors.js';
import { isLoopback } from '../../domain/loopback.js';

interface Listening {
  readonly host: string;
  readonly credentialsDir: string | undefined;
}

/** @throws ReelkeepError `usage` when others could come in */
export function requireMayListen({ host }: Listening): void {
  if (isLoopback(host)) return;
  throw new ReelkeepError(
    'usage',
    `--host ${host} can be reached from other machines, and whoever reaches a gateway may do what it may do: let it listen on 127.0.0.1`,
  );
}
