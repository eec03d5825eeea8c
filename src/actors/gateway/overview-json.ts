/** What the cluster is like, as the API tells it. */
import type { ClusterStatus, KeeperInfo } from '../client/cluster.js';
import type { KeeperJson, OverviewJson } from './api-shapes.js';
import type { ClusterRates, KeeperRates } from './cluster-rates.js';
import { sayHealth } from './health-words.js';

export interface Sight {
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  readonly status: ClusterStatus;
  readonly keepers: readonly KeeperInfo[];
}

export function toOverviewJson(
  { wallMs, status, keepers }: Sight,
  rates: ClusterRates,
): OverviewJson {
  const { copyBytesPerSecond, ...traffic } = rates.total;
  const { mode, epoch, files, bytes, belowTarget, missing, surplus, settled } = status;
  const { uploadsInProgress, deletionsDue } = status;
  return {
    at: new Date(wallMs).toISOString(),
    health: sayHealth({ status, keepers }),
    mode,
    epoch,
    keepers: status.keepers,
    files,
    bytes,
    capacity: capacityOf(keepers),
    belowTarget,
    missing,
    surplus,
    uploadsInProgress,
    deletionsDue,
    settled,
    repairs: {
      inFlight: status.copiesInFlight,
      bytesToCopy: status.bytesToCopy,
      bytesPerSecond: copyBytesPerSecond,
      secondsLeft: secondsLeft(status, copyBytesPerSecond),
    },
    traffic,
  };
}

function secondsLeft({ bytesToCopy }: ClusterStatus, bytesPerSecond: number): number | null {
  if (bytesToCopy === 0 || bytesPerSecond === 0) return null;
  return Math.ceil(bytesToCopy / bytesPerSecond);
}

function capacityOf(keepers: readonly KeeperInfo[]): OverviewJson['capacity'] {
  const here = keepers.filter(({ state }) => state !== 'lost' && state !== 'retired');
  return {
    usedBytes: here.reduce((sum, { usedBytes }) => sum + usedBytes, 0),
    freeBytes: here.reduce((sum, { freeBytes }) => sum + freeBytes, 0),
  };
}

export function toKeeperJson(
  { traffic: _, scrub, ...keeper }: KeeperInfo,
  rates: ClusterRates,
): KeeperJson {
  const rate = rates.of(keeper.keeper);
  return {
    ...keeper,
    ...(scrub && { scrub: scrubOf(scrub) }),
    ...(rate && { traffic: trafficOf(rate) }),
  };
}

const scrubOf = ({
  percent,
  quarantined,
  unreadable,
  passedMs,
}: NonNullable<KeeperInfo['scrub']>): NonNullable<KeeperJson['scrub']> => ({
  percent,
  quarantined,
  unreadable,
  ...(passedMs !== undefined && { passedMs }),
});

const trafficOf = ({ copyBytesPerSecond: _, ...traffic }: KeeperRates) => traffic;
