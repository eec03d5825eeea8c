/** What a gateway can be told, what it takes for granted, and how the numbers hang together. */
import { parseAddress } from '../../domain/address.js';
import { ReelkeepError } from '../../domain/errors.js';
import type { Reserve } from '../../storage/space-meter.js';
import { refuseOpenMetrics } from '../runtime/open-door.js';
import { type DoorOptions, requireSoundDoor } from './door.js';
import { secretFileIn } from './link-secret.js';

/** All optional; times in milliseconds. */
export interface GatewayOptions {
  /** 0 takes a free one; 8080. */
  readonly port?: number;
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string;
  /** `host:port`; 127.0.0.1:7000. */
  readonly master?: string;
  /** Directory of the certificate by which this gateway is known; plain text without it. */
  readonly credentialsDir?: string | undefined;
  /** Without any progress for so long a request to the cluster fails; 30 s. */
  readonly timeoutMs?: number;
  /** A certificate that browsers believe, and its key; in the clear without it. */
  readonly tls?: DoorOptions['tls'];
  /** A proxy on this machine does the encrypting: whoever comes needs a session. */
  readonly behindProxy?: boolean;
  /** Whoever reaches the port may do what the gateway may. */
  readonly insecure?: boolean;
  /** Of uploads on their way, and of no other gateway; data/gateway. */
  readonly spoolDir?: string;
  /** All uploads on their way together; 64 GiB. */
  readonly spoolBytesMax?: number;
  /** Room of that disk that uploads never take; 5 %. */
  readonly spoolReserve?: Reserve;
  /** Keys that links are signed with; link-keys.json in the spool's directory. */
  readonly secretFile?: string | undefined;
  /** Another port on which it is looked at; 0 takes a free one, none unless given. */
  readonly metricsPort?: number | undefined;
  /** Address of that port; 127.0.0.1. */
  readonly metricsHost?: string;
}

export interface GatewayConfig extends Required<GatewayOptions>, DoorOptions {
  readonly tls: DoorOptions['tls'];
  readonly secretFile: string;
  readonly http: HttpLimits;
  /** How long answers may go on when the gateway stops. */
  readonly drainGraceMs: number;
}

interface HttpLimits {
  /** Further connections are cut. */
  readonly connectionsMax: number;
  /** All headers of a request, in bytes. */
  readonly headerBytesMax: number;
  /** For them to arrive. */
  readonly headersTimeoutMs: number;
  /** A connection that neither sends nor takes a byte while a request is under way. */
  readonly socketIdleMs: number;
  /** The same while a film is being sent: a viewer may pause. */
  readonly viewerIdleMs: number;
  /** A connection that waits for its next request. */
  readonly keepAliveMs: number;
  /** What still comes of a request that was refused is dropped for so long, then cut. */
  readonly unreadBodyMs: number;
  /** Of a request that is no film. */
  readonly bodyBytesMax: number;
  /** For all of that to arrive. */
  readonly smallBodyMs: number;
  /** Requests on one connection that have no answer yet; one more cuts it. */
  readonly pipelinedMax: number;
}

/** @throws ReelkeepError `usage` */
export function resolveConfig(options: GatewayOptions): GatewayConfig {
  const spoolDir = options.spoolDir ?? 'data/gateway';
  const config: GatewayConfig = {
    port: options.port ?? 8080,
    host: options.host ?? '127.0.0.1',
    master: options.master ?? '127.0.0.1:7000',
    credentialsDir: options.credentialsDir,
    timeoutMs: options.timeoutMs ?? 30_000,
    tls: options.tls,
    behindProxy: options.behindProxy ?? false,
    insecure: options.insecure ?? false,
    spoolDir,
    spoolBytesMax: options.spoolBytesMax ?? 64 * 1024 ** 3,
    spoolReserve: options.spoolReserve ?? { percent: 5 },
    secretFile: options.secretFile ?? secretFileIn(spoolDir),
    metricsPort: options.metricsPort,
    metricsHost: options.metricsHost ?? '127.0.0.1',
    http: {
      connectionsMax: 1_024,
      headerBytesMax: 16 * 1024,
      headersTimeoutMs: 10_000,
      socketIdleMs: 120_000,
      viewerIdleMs: 30 * 60_000,
      keepAliveMs: 30_000,
      unreadBodyMs: 5_000,
      bodyBytesMax: 64 * 1024,
      smallBodyMs: 15_000,
      pipelinedMax: 4,
    },
    drainGraceMs: 10_000,
  };
  if (parseAddress(config.master) === undefined)
    throw new ReelkeepError('usage', `--master ${config.master}: give HOST:PORT`);
  requireSoundDoor(config);
  refuseOpenMetrics(config);
  return config;
}
