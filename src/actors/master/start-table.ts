/** Opens the table as the master was told to, and logs what its thread says of more than its rows. */
import type { Logger } from 'pino';
import { ReelkeepError } from '../../domain/errors.js';
import type { ClusterId } from '../../domain/ids.js';
import { readFirstBytesMax, type SnapshotNews } from '../../domain/table-snapshot.js';
import type { RestoreOutcome } from '../../storage/table-restore.js';
import { LookupTable, type LookupTableOptions } from '../lookup-table/client.js';
import type { MasterConfig } from './config.js';

type TableConfig = Pick<
  MasterConfig,
  'dataDir' | 'snapshotEveryMs' | 'snapshotsKept' | 'restore' | 'rebuild' | 'credentialsDir'
> & {
  /** That the master's certificate is of. */
  readonly cluster: ClusterId | undefined;
};

/** @throws ReelkeepError as `LookupTable.start` says; `usage` when the table is of another cluster */
export async function startTable(
  { cluster, ...config }: TableConfig,
  log: Logger,
  callbacks: Pick<LookupTableOptions, 'onNotices' | 'onExit' | 'onRead'>,
): Promise<LookupTable> {
  const { dataDir, snapshotEveryMs, snapshotsKept, restore, rebuild } = config;
  // With snapshots off nobody would read it later.
  const readLater = snapshotEveryMs === 'off' ? {} : { readLaterAboveBytes: readFirstBytesMax };
  const table = await LookupTable.start({
    ...callbacks,
    dataDir,
    snapshots: { everyMs: snapshotEveryMs, kept: snapshotsKept },
    opening: {
      rebuild,
      ...readLater,
      ...(restore === undefined ? {} : { restore }),
      ...(cluster && { cluster }),
    },
    onSnapshots: (news) => tellSnapshots(log, news),
  });
  if (cluster !== undefined && table.identity.clusterId !== cluster) {
    await table.stop();
    throw ofAnother(config, cluster, table.identity.clusterId);
  }
  if (table.restored !== undefined) tellRestored(log, table.restored);
  if (table.isUnread) log.info('the table is as it was closed: it is read while it is used');
  if (table.lost !== undefined) log.warn({ ...table.lost }, 'the table is begun anew');
  return table;
}

function tellSnapshots(log: Logger, { last, failure }: SnapshotNews): void {
  if (failure !== undefined) log.error({ reason: failure.reason }, 'no snapshot of the table');
  else log.info({ name: last?.name, files: last?.files }, 'snapshot of the table');
}

function tellRestored(log: Logger, restored: RestoreOutcome): void {
  const { snapshot } = restored;
  if (restored.type === 'already restored')
    log.info({ snapshot }, 'the snapshot was put in its place before: the table stays as it is');
  else log.warn({ snapshot, aside: restored.aside }, 'a snapshot is in the place of the table');
}

const ofAnother = (
  { dataDir, credentialsDir }: Pick<MasterConfig, 'dataDir' | 'credentialsDir'>,
  cluster: ClusterId,
  found: ClusterId,
): ReelkeepError =>
  new ReelkeepError(
    'usage',
    `--credentials ${credentialsDir} is of cluster ${cluster}, and ${dataDir} of ${found}: make an authority for that one with: bin/master init-ca DIR --cluster ${found}`,
  );
