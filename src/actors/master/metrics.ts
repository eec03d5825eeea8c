/** What a master shows of itself and of the cluster as it knows it. */
import type { KeeperId } from '../../domain/ids.js';
import type { KeeperState, KeeperView } from '../../domain/keeper-view.js';
import {
  counter,
  countersBy,
  durations,
  durationsBy,
  type Family,
  gauge,
  gaugesBy,
  stateOf,
} from '../observing/family.js';
import type { MasterReading } from './master.actor.js';

const phases = [
  'opening',
  'recovering',
  'taking in',
  'safe mode',
  'serving',
  'stopping',
] as const satisfies readonly ReturnType<MasterReading['phase']>[];

const keeperStates: readonly KeeperState[] = [
  'joining',
  'alive',
  'suspect',
  'lost',
  'draining',
  'retired',
];

/** @param replicasOf rows of the table, as far as they were asked for */
export const masterFamilies = (
  reading: MasterReading,
  replicasOf: () => ReadonlyMap<KeeperId, number>,
): readonly Family[] => [
  ...ofItself(reading),
  ...ofFiles(reading),
  ...ofKeepers(reading, replicasOf),
  ...ofWork(reading),
];

const ofItself = ({ phase, parts }: MasterReading): Family[] => [
  gaugesBy(['mode'], 'reelkeep_master_mode', 'The mode of the master is 1, all others are 0.', () =>
    stateOf<string>(phases, phase()),
  ),
  gauge('reelkeep_master_epoch', 'Number of the term of the master.', () => parts.summary?.epoch),
  counter(
    'reelkeep_master_table_commits_total',
    'Commits that the table has seen, over all terms.',
    () => parts.summary?.commit,
  ),
  durations(
    'reelkeep_master_table_transaction_duration_seconds',
    'Transactions of the table, each with all requests that waited for it, synced where it wrote.',
    () => parts.transactions,
  ),
  gaugesBy(
    ['thread'],
    'reelkeep_master_thread_mailbox_length',
    'Messages or requests that a thread has not answered.',
    () => parts.threads.map(({ name, mailboxLength }) => [name, mailboxLength]),
  ),
  gaugesBy(
    ['thread'],
    'reelkeep_master_thread_silence_seconds',
    'How long a thread has said nothing while something waits for it.',
    () => parts.threads.map(({ name, silentMs }) => [name, silentMs / 1_000]),
  ),
  countersBy(
    ['thread'],
    'reelkeep_master_thread_restarts_total',
    'Times that a thread was started again.',
    () => parts.threads.map(({ name, restarts }) => [name, restarts]),
  ),
  gauge(
    'reelkeep_master_connections',
    'Connections to the port for control calls.',
    () => parts.connections,
  ),
  gauge(
    'reelkeep_master_snapshot_timestamp_seconds',
    'When the newest snapshot of the table was taken; absent without one.',
    () => seconds(snapshotsOf(parts)?.last?.takenAt),
  ),
  gauge(
    'reelkeep_master_snapshot_commits_behind',
    'Commits that the table has seen since its newest snapshot; absent without one.',
    () => behind(parts.summary?.commit, snapshotsOf(parts)?.last?.commit),
  ),
  gauge(
    'reelkeep_master_snapshot_failed',
    '1 when the last try to take a snapshot of the table came to nothing.',
    () => presence(snapshotsOf(parts), ({ failure }) => failure !== undefined),
  ),
];

const ofFiles = ({ parts }: MasterReading): Family[] => [
  gauge('reelkeep_master_files', 'Files in the table.', () => parts.summary?.files),
  gauge(
    'reelkeep_master_file_bytes',
    'Size of all files in the table, each counted once.',
    () => parts.summary?.bytes,
  ),
  gauge(
    'reelkeep_master_files_below_target',
    'Files with fewer replicas that count than their target.',
    () => parts.world.counts().belowTarget,
  ),
  gauge(
    'reelkeep_master_files_missing',
    'Files without any replica that counts.',
    () => parts.world.counts().missing,
  ),
  gauge(
    'reelkeep_master_replicas_surplus',
    'Replicas beyond the targets of their files.',
    () => parts.world.counts().surplus,
  ),
  gauge(
    'reelkeep_master_counts_settled',
    '1 when all files have been looked at, so that the numbers of files below target, missing and in surplus are whole.',
    () => Number(parts.world.counts().settled),
  ),
  gauge(
    'reelkeep_master_copies_in_flight',
    'Copies that were ordered and have not ended.',
    () => parts.world.counts().copiesInFlight,
  ),
  gauge(
    'reelkeep_master_uploads_in_progress',
    'Uploads that have begun and not ended.',
    () => parts.summary?.uploadsInProgress,
  ),
  gauge(
    'reelkeep_master_deletions_due',
    'Deleted files, once for each keeper that has not confirmed.',
    () => parts.summary?.deletionsDue,
  ),
];

const ofKeepers = (
  { parts }: MasterReading,
  replicasOf: () => ReadonlyMap<KeeperId, number>,
): Family[] => {
  const { keepers, clockMs } = parts.world;
  const members = (): readonly KeeperView[] =>
    [...keepers.views.values()].filter(({ state }) => state !== 'retired');
  const byKeeper = (
    name: string,
    help: string,
    read: (view: KeeperView) => number | undefined,
  ): Family =>
    gaugesBy(['keeper'], name, help, () =>
      members().flatMap((view) => {
        const value = read(view);
        return value === undefined ? [] : [[view.keeper, value] as const];
      }),
    );
  return [
    gaugesBy(['state'], 'reelkeep_master_keepers', 'Keepers by state.', () => {
      const views = [...keepers.views.values()];
      return keeperStates.map((state) => [
        state,
        views.filter((view) => view.state === state).length,
      ]);
    }),
    byKeeper(
      'reelkeep_master_keeper_alive',
      '1 for a keeper that is alive, 0 for any other that was not retired.',
      ({ state }) => Number(state === 'alive'),
    ),
    byKeeper('reelkeep_master_keeper_lost', '1 for a keeper that is lost.', ({ state }) =>
      Number(state === 'lost'),
    ),
    byKeeper(
      'reelkeep_master_keeper_heartbeat_age_seconds',
      'Time since the last heartbeat of a keeper, or since the start of the master.',
      ({ keeper }) => keepers.silenceMs(keeper, clockMs()) / 1_000,
    ),
    byKeeper(
      'reelkeep_master_keeper_used_bytes',
      'What the replicas of a keeper take, as its last heartbeat said.',
      ({ usedBytes }) => usedBytes,
    ),
    byKeeper(
      'reelkeep_master_keeper_free_bytes',
      'What a keeper has room for beyond its reserve, as its last heartbeat said.',
      ({ freeBytes }) => freeBytes,
    ),
    byKeeper(
      'reelkeep_master_keeper_disk_suspect',
      '1 when the disk of a keeper has failed, as its last heartbeat said.',
      ({ diskSuspect }) => Number(diskSuspect),
    ),
    byKeeper(
      'reelkeep_master_keeper_replicas',
      'Replicas that the table has on a keeper.',
      ({ keeper }) => replicasOf().get(keeper),
    ),
    countersBy(
      ['state'],
      'reelkeep_master_keeper_changes_total',
      'Times that a keeper came into a state.',
      () => parts.world.counters.verdicts.counts,
    ),
  ];
};

const ofWork = ({ parts }: MasterReading): Family[] => {
  const { counters } = parts.world;
  return [
    countersBy(
      ['outcome'],
      'reelkeep_master_uploads_total',
      'Uploads that ended: acknowledged to the client, or with the code of an error.',
      () => counters.uploads.counts,
    ),
    countersBy(
      ['outcome'],
      'reelkeep_master_copies_total',
      'Copies that were ordered, that a keeper has stored, and that failed.',
      () => counters.copies.counts,
    ),
    countersBy(
      ['why'],
      'reelkeep_master_drops_planned_total',
      'Replicas that were to be dropped because they are surplus or quarantined.',
      () => counters.drops.counts,
    ),
    countersBy(
      ['outcome'],
      'reelkeep_master_drops_total',
      'Planned drops that keepers have carried out, and that were refused on the way.',
      () => counters.dropsEnded.counts,
    ),
    countersBy(
      ['method', 'code'],
      'reelkeep_master_rpc_calls_total',
      'Control calls that ended, by method and by ok or the code of their error.',
      () => counters.rpc.calls.counts,
    ),
    durationsBy(
      ['method'],
      'reelkeep_master_rpc_call_duration_seconds',
      'Control calls with one answer, until it was given.',
      () => counters.rpc.durations,
    ),
  ];
};

/** Of the table, unless it is not open yet. */
const snapshotsOf = ({ summary, world }: MasterReading['parts']) =>
  summary === undefined ? undefined : world.snapshots();

const presence = <Value>(
  value: Value | undefined,
  holds: (value: Value) => boolean,
): number | undefined => (value === undefined ? undefined : Number(holds(value)));

const behind = (commit: number | undefined, last: number | undefined): number | undefined =>
  commit === undefined || last === undefined ? undefined : Math.max(0, commit - last);

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1_000;
