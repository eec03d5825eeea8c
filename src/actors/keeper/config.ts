/** What a keeper can be told, what it takes for granted, and how the numbers hang together. */
import { availableParallelism } from 'node:os';
import { parseAddress } from '../../domain/address.js';
import { ReelkeepError } from '../../domain/errors.js';
import { isKeeperId } from '../../domain/ids.js';
import { isLoopback } from '../../domain/loopback.js';
import { repairBytesPerSecondMin } from '../../domain/repair-pace.js';
import type { ConnectionLimits } from '../runtime/keeper-connections.js';
import { refuseOpenDoor, refuseOpenMetrics } from '../runtime/open-door.js';

/** All optional but the port; times in milliseconds. */
export interface KeeperOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string;
  /** `host:port` by which clients and keepers reach this one; where it listens. */
  readonly advertise?: string;
  /** `host:port`; 127.0.0.1:7000. */
  readonly master?: string;
  /** Root of the replicas; `data/keeper-PORT`. */
  readonly dataDir?: string;
  /** For a directory that has no identity yet. */
  readonly id?: string;
  /** Part of the disk that is left free, from 0 to 1; 0.05. */
  readonly reserve?: number;
  /** `relaxed` skips every sync. */
  readonly durability?: 'strict' | 'relaxed';
  /** Within it each replica is read again; 30 days. */
  readonly scrubEveryMs?: number;
  /** Of copies that do not press, in bytes a second; no bound. */
  readonly repairCeiling?: number | 'off';
  /** The same while clients send to this keeper or read from it. */
  readonly repairFloor?: number | 'off';
  /** Directory of the certificate by which this keeper is known; plain text without it. */
  readonly credentialsDir?: string | undefined;
  /** TLS on the data port; where there are credentials, and others could reach it. */
  readonly dataTls?: boolean | undefined;
  /** Reachable from elsewhere without credentials, all the same; no. */
  readonly insecure?: boolean;
  /** On which it is looked at; 0 takes a free one, none unless given. */
  readonly metricsPort?: number | undefined;
  /** Address of that port; 127.0.0.1. */
  readonly metricsHost?: string;
}

export interface KeeperConfig
  extends Omit<
    Required<KeeperOptions>,
    'advertise' | 'id' | 'repairCeiling' | 'repairFloor' | 'dataTls'
  > {
  readonly dataTls: boolean;
  readonly advertise: string | undefined;
  readonly id: string | undefined;
  readonly poolThreads: number;
  /** Between tries to register. */
  readonly retryDelayMs: number;
  readonly retryDelayMaxMs: number;
  /** From an inventory that could not be read whole to the next. */
  readonly reportAgainMs: number;
  /** Between tries to report a replica that is durable. */
  readonly reportDelayMs: number;
  readonly reportDelayMaxMs: number;
  /** How long transfers may go on when the keeper stops. */
  readonly drainGraceMs: number;
  /** Copies and verifications under way; more wait in line. */
  readonly copiesMax: number;
  readonly verificationsMax: number;
  /** Commands waiting for their turn; past it they are dropped, and the master gives them again. */
  readonly commandsWaitingMax: number;
  /** Chunk buffers of 4 MiB that one copy uses. */
  readonly chunkBuffersPerCopy: number;
  /** Free ones kept for the next copies. */
  readonly freeChunkBuffersMax: number;
  /** Of copies that do not press; infinite for no bound, as the other. */
  readonly repairCeilingBytesPerSecond: number;
  /** The same while clients send to this keeper or read from it. */
  readonly repairFloorBytesPerSecond: number;
  /** As `ConnectionLimits` says, for connections to other keepers. */
  readonly connections: ConnectionLimits;
}

const scrubEveryMsMin = 1_000;

export function resolveConfig(options: KeeperOptions): KeeperConfig {
  const config: KeeperConfig = {
    port: options.port,
    host: options.host ?? '127.0.0.1',
    advertise: options.advertise,
    master: options.master ?? '127.0.0.1:7000',
    dataDir: options.dataDir ?? `data/keeper-${options.port}`,
    id: options.id,
    reserve: options.reserve ?? 0.05,
    durability: options.durability ?? 'strict',
    scrubEveryMs: options.scrubEveryMs ?? 30 * 86_400_000,
    credentialsDir: options.credentialsDir,
    dataTls: options.dataTls ?? isExposed(options),
    insecure: options.insecure ?? false,
    metricsPort: options.metricsPort,
    metricsHost: options.metricsHost ?? '127.0.0.1',
    poolThreads: Math.max(2, availableParallelism()),
    retryDelayMs: 100,
    retryDelayMaxMs: 2_000,
    reportAgainMs: 30_000,
    reportDelayMs: 100,
    reportDelayMaxMs: 2_000,
    drainGraceMs: 10_000,
    copiesMax: 4,
    verificationsMax: 2,
    commandsWaitingMax: 10_000,
    chunkBuffersPerCopy: 4,
    freeChunkBuffersMax: 8,
    repairCeilingBytesPerSecond: boundOf(options.repairCeiling),
    repairFloorBytesPerSecond: boundOf(options.repairFloor),
    connections: {
      dialTimeoutMs: 10_000,
      idleTimeoutMs: 30_000,
      idleConnectionsMax: 4,
      idleConnectionMs: 5_000,
    },
  };
  checkOptions(config);
  return config;
}

/** Behind a forwarded port it listens on this machine alone, and is reached from others. */
function isExposed({ credentialsDir, host = '127.0.0.1', advertise }: KeeperOptions): boolean {
  const reached = advertise === undefined ? undefined : parseAddress(advertise)?.host;
  return credentialsDir !== undefined && !(isLoopback(host) && isLoopback(reached ?? host));
}

const boundOf = (rate: number | 'off' = 'off'): number =>
  rate === 'off' ? Number.POSITIVE_INFINITY : rate;

function checkOptions(config: KeeperConfig): void {
  if (config.id !== undefined && !isKeeperId(config.id))
    throw new ReelkeepError('usage', `--id ${config.id}: use 1 to 64 of a-z, 0-9 and "-"`);
  if (config.advertise === undefined && ['0.0.0.0', '::'].includes(config.host))
    throw new ReelkeepError(
      'usage',
      `--host ${config.host} listens everywhere: say with --advertise HOST:PORT how others reach this keeper`,
    );
  if (config.advertise !== undefined && parseAddress(config.advertise) === undefined)
    throw new ReelkeepError('usage', `--advertise ${config.advertise}: give HOST:PORT`);
  if (parseAddress(config.master) === undefined)
    throw new ReelkeepError('usage', `--master ${config.master}: give HOST:PORT`);
  if (!(config.reserve >= 0 && config.reserve < 1))
    throw new ReelkeepError('usage', `--reserve: give a share from 0% to below 100%`);
  if (!(config.scrubEveryMs >= scrubEveryMsMin))
    throw new ReelkeepError('usage', '--scrub-every must be at least 1s');
  if (config.dataTls && config.credentialsDir === undefined)
    throw new ReelkeepError(
      'usage',
      '--data-tls on asks for --credentials: without a certificate there is no TLS',
    );
  checkRepairBounds(config);
  refuseOpenMetrics(config);
  refuseOpenDoor(config, [
    'bin/master issue keeper ID --ca DIR',
    'bin/keeper --credentials DIR/keeper-ID …',
  ]);
}

function checkRepairBounds(config: KeeperConfig): void {
  const { repairCeilingBytesPerSecond: ceiling, repairFloorBytesPerSecond: floor } = config;
  if (!(Math.min(ceiling, floor) >= repairBytesPerSecondMin))
    throw new ReelkeepError(
      'usage',
      '--repair-ceiling and --repair-floor must be at least 8MiB a second, or copies miss their deadline',
    );
  if (floor > ceiling && floor < Number.POSITIVE_INFINITY)
    throw new ReelkeepError('usage', '--repair-floor must not be above --repair-ceiling');
}
