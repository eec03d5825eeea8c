/** What a keeper shows of itself. */
import {
  counter,
  countersBy,
  durations,
  type Family,
  gauge,
  gaugesBy,
  stateOf,
} from '../observing/family.js';
import type { KeeperReading } from './keeper.actor.js';

const phases = [
  'identifying',
  'registering',
  'reporting',
  'serving',
  'away',
  'draining',
] as const satisfies readonly ReturnType<KeeperReading['phase']>[];

export const keeperFamilies = (reading: KeeperReading): readonly Family[] => [
  ...ofItself(reading),
  ...ofDisk(reading),
  ...ofTransfers(reading),
  ...ofReadings(reading),
];

const ofItself = ({ phase, parts }: KeeperReading): Family[] => [
  gaugesBy(['mode'], 'reelkeep_keeper_mode', 'The mode of the keeper is 1, all others are 0.', () =>
    stateOf<string>(phases, phase()),
  ),
  gauge('reelkeep_keeper_master_connected', '1 while a session with the master is open.', () =>
    Number(['reporting', 'serving'].includes(phase())),
  ),
  counter(
    'reelkeep_keeper_registrations_total',
    'Times that the master has taken this keeper in.',
    () => parts.counters.registrations,
  ),
  gaugesBy(
    ['command'],
    'reelkeep_keeper_commands_waiting',
    'What the master has ordered and that waits for its turn.',
    () => Object.entries(parts.sight.commands ?? {}),
  ),
  gauge(
    'reelkeep_keeper_pool_threads',
    'Threads that hash, read and write, at most.',
    () => parts.sight.opened?.world.pool.threads,
  ),
  gauge(
    'reelkeep_keeper_pool_tasks',
    'Tasks that those threads have been given and not done.',
    () => parts.sight.opened?.world.pool.load.tasks,
  ),
  gauge(
    'reelkeep_keeper_pool_queue_length',
    'Callers that wait until the threads can be given more.',
    () => parts.sight.opened?.world.pool.load.waiting,
  ),
  gauge(
    'reelkeep_keeper_connections',
    'Connections to the data port.',
    () => parts.sight.opened?.server.connections,
  ),
];

const ofDisk = ({ parts }: KeeperReading): Family[] => [
  gauge(
    'reelkeep_keeper_disk_suspect',
    '1 when the disk has failed: nothing new is written to it.',
    () => numberOf(parts.sight.opened?.world.store.diskSuspect),
  ),
  gauge(
    'reelkeep_keeper_used_bytes',
    'What replicas take, as the last heartbeat said.',
    () => parts.sight.space?.usedBytes,
  ),
  gauge(
    'reelkeep_keeper_free_bytes',
    'What there is room for beyond the reserve, as the last heartbeat said.',
    () => parts.sight.space?.freeBytes,
  ),
  durations(
    'reelkeep_keeper_fsync_duration_seconds',
    'Syncs of files and directories that succeeded.',
    () => parts.counters.fsyncs,
  ),
];

const ofTransfers = ({ parts }: KeeperReading): Family[] => {
  const { counters } = parts;
  const { transfers } = counters;
  return [
    gaugesBy(
      ['operation'],
      'reelkeep_keeper_transfers_in_progress',
      'Transfers that go on now.',
      () => [
        ...transfers.underWay.counts,
        ['copy_in', parts.sight.opened?.world.arrivals.copies ?? 0] as const,
      ],
    ),
    countersBy(
      ['operation', 'outcome'],
      'reelkeep_keeper_transfers_total',
      'Transfers that ended: ok, or with the code of an error; integrity is bytes that did not match their digest.',
      () => [
        ...transfers.ended.counts,
        ...Array.from(
          counters.copies.counts,
          ([outcome, count]) => [`copy_in/${outcome}`, count] as const,
        ),
      ],
    ),
    countersBy(
      ['operation'],
      'reelkeep_keeper_received_bytes_total',
      'Bytes of films that came in, from clients and from other keepers.',
      () => [
        ['put', transfers.receivedBytes],
        ['copy_in', counters.copiedBytes],
      ],
    ),
    countersBy(
      ['operation'],
      'reelkeep_keeper_sent_bytes_total',
      'Bytes that were sent: of films to clients and to other keepers, and of manifests.',
      () => transfers.sentBytes.counts,
    ),
    countersBy(
      ['operation', 'code'],
      'reelkeep_keeper_refused_requests_total',
      'Requests to the data port that were refused before any byte: a ticket that is not good, no room, or not as the protocol has it.',
      () => transfers.refused.counts,
    ),
  ];
};

const ofReadings = ({ config, parts }: KeeperReading): Family[] => {
  const { counters } = parts;
  return [
    countersBy(
      ['reader', 'outcome'],
      'reelkeep_keeper_verifications_total',
      'Replicas that were read again, at leisure by the scrub or by order of the master, and what they were found to be.',
      () => counters.verified.counts,
    ),
    countersBy(
      ['reader'],
      'reelkeep_keeper_verified_bytes_total',
      'Bytes that were read again.',
      () => counters.verifiedBytes.counts,
    ),
    counter(
      'reelkeep_keeper_replicas_quarantined_total',
      'Replicas whose bytes were found wrong and set aside.',
      () => counters.verified.of('scrub/quarantined') + counters.verified.of('order/quarantined'),
    ),
    gauge(
      'reelkeep_keeper_scrub_interval_seconds',
      'Within it each replica is to be read again.',
      () => config.scrubEveryMs / 1_000,
    ),
    gauge(
      'reelkeep_keeper_oldest_verification_age_seconds',
      'Since the replica that nobody has read again for the longest time was read, by the last pass of the scrub; absent before the first.',
      () => inSeconds(parts.sight.opened?.scrub.oldestAgeMs),
    ),
    gauge(
      'reelkeep_keeper_scrub_pass_age_seconds',
      'Since the last pass of the scrub ended; absent before the first.',
      () => inSeconds(parts.sight.opened?.scrub.progress.passedMs),
    ),
    gauge(
      'reelkeep_keeper_scrub_pass_ratio',
      'How far the pass of the scrub that is under way has come; 1 when none is.',
      () => part(parts.sight.opened?.scrub.progress.percent),
    ),
    gauge(
      'reelkeep_keeper_unreadable_replicas',
      'Replicas that could not be read in two passes of the scrub, or on a disk that has failed.',
      () => parts.sight.opened?.scrub.progress.unreadable,
    ),
  ];
};

const numberOf = (holds: boolean | undefined): number | undefined =>
  holds === undefined ? undefined : Number(holds);

const inSeconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1_000;

const part = (percent: number | undefined): number | undefined =>
  percent === undefined ? undefined : percent / 100;
