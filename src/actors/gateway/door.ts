/** What stands between a gateway and whoever can reach it. */
import { ReelkeepError } from '../../domain/errors.js';
import { isLoopback } from '../../domain/loopback.js';

export interface DoorOptions {
  /** Address that is listened on. */
  readonly host: string;
  readonly credentialsDir: string | undefined;
  /** Files of a certificate that browsers believe. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** A proxy on this machine does the encrypting, and says so. */
  readonly behindProxy: boolean;
  /** Asked for by name. */
  readonly insecure: boolean;
}

/**
 * `loopback` and `insecure`: whoever reaches the port may do what the gateway may. `sessions`: who
 * has a link that was made for it.
 */
export type DoorKind = 'loopback' | 'insecure' | 'sessions';

export function doorKind({ host, behindProxy, insecure }: DoorOptions): DoorKind {
  if (behindProxy) return 'sessions';
  if (isLoopback(host)) return 'loopback';
  return insecure ? 'insecure' : 'sessions';
}

/** @throws ReelkeepError `usage`, which says what to do, when others can come in and nobody has asked for that */
export function requireSoundDoor(door: DoorOptions): void {
  const { host, tls, behindProxy, insecure } = door;
  if (insecure && (behindProxy || tls !== undefined))
    throw usage('--insecure goes without --behind-proxy and without --tls-cert: give one of them');
  if (behindProxy && tls !== undefined)
    throw usage('--behind-proxy and --tls-cert: give one of them, the proxy does the encrypting');
  if (behindProxy && !isLoopback(host))
    throw usage(
      `--behind-proxy with --host ${host}: the way from the proxy would be in the clear; run it on this machine and let the gateway listen on 127.0.0.1, or give the gateway --tls-cert`,
    );
  if (insecure || isLoopback(host)) return;
  requireBothCertificates(door);
}

function requireBothCertificates({ host, credentialsDir, tls }: DoorOptions): void {
  const start =
    '"bin/gateway --credentials DIR --tls-cert FILE --tls-key FILE", or say --insecure on a network where you trust everyone';
  if (credentialsDir === undefined)
    throw usage(
      `--host ${host} can be reached from other machines: make credentials with "bin/master issue client gateway --ca CA" and start with ${start}`,
    );
  if (tls === undefined)
    throw usage(
      `--host ${host} can be reached from other machines, and what they send would be in the clear: start with ${start}; behind a proxy that encrypts, listen on 127.0.0.1 with --behind-proxy`,
    );
}

/** @throws ReelkeepError `usage` for one of two that belong together */
export function tlsFiles(
  certFile: string | undefined,
  keyFile: string | undefined,
): DoorOptions['tls'] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined)
    throw usage('--tls-cert and --tls-key: give both or neither');
  return { certFile, keyFile };
}

const usage = (detail: string): ReelkeepError => new ReelkeepError('usage', detail);
