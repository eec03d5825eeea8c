/** What stands between a server and whoever can reach its port. */
import type { Logger } from 'pino';
import { ReelkeepError } from '../../domain/errors.js';
import { isLoopback } from '../../domain/loopback.js';

export interface Door {
  /** Address that is listened on. */
  readonly host: string;
  readonly credentialsDir: string | undefined;
  /** Asked for by name. */
  readonly insecure: boolean;
}

/** `insecure`: whoever reaches the port may do anything. */
export type Security = 'loopback' | 'insecure' | 'tls';

export function securityOf({ host, credentialsDir }: Door): Security {
  if (credentialsDir !== undefined) return 'tls';
  return isLoopback(host) ? 'loopback' : 'insecure';
}

/** Loudly, at each start. */
export function warnOfOpenDoor(door: Door, log: Logger): void {
  if (securityOf(door) === 'insecure')
    log.warn({ host: door.host }, 'INSECURE: whoever reaches this port may do anything');
}

/**
 * @param commands that make the credentials, and start with them
 * @throws ReelkeepError `usage` when others can come in and nobody has asked for that
 */
export function refuseOpenDoor(door: Door, commands: readonly [string, string]): void {
  const { host, credentialsDir, insecure } = door;
  if (insecure && credentialsDir !== undefined)
    throw new ReelkeepError('usage', '--insecure and --credentials: give one of them');
  if (insecure || securityOf(door) !== 'insecure') return;
  const [make, start] = commands;
  throw new ReelkeepError(
    'usage',
    `--host ${host} can be reached from other machines: make credentials with "${make}" and start with "${start}", or say --insecure on a network where you trust everyone`,
  );
}

/**
 * The same for the port on which a process is looked at: with credentials it asks for a certificate
 * of the cluster, of any role, wherever others could reach it.
 */
export function refuseOpenMetrics({
  metricsHost,
  credentialsDir,
  insecure,
}: Omit<Door, 'host'> & { readonly metricsHost: string }): void {
  if (insecure || credentialsDir !== undefined || isLoopback(metricsHost)) return;
  throw new ReelkeepError(
    'usage',
    `--metrics-host ${metricsHost} can be reached from other machines: start with --credentials, and metrics ask for a certificate of the cluster, or say --insecure on a network where you trust everyone`,
  );
}
