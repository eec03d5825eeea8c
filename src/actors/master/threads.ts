/** The master's two deciding threads under supervision; the lookup table, which is not started again, is apart. */
import type { Logger } from 'pino';
import { resolveLivenessLimits } from '../../domain/liveness.js';
import { resolveReplicationLimits } from '../../domain/replication-limits.js';
import type { MonitorEffect, MonitorMessage } from '../heartbeat-monitor/messages.js';
import type { ReplicationEffect, ReplicationMessage } from '../replication-loop/messages.js';
import { restartDefaults } from '../runtime/restart-policy.js';
import { Supervisor } from '../runtime/supervisor.js';
import { ThreadActor } from '../runtime/thread-client.js';
import type { MasterConfig } from './config.js';

export interface DecidingThreadOptions<Effect> {
  readonly log: Logger;
  onEffect(effect: Effect): void;
  /** It runs again and knows nothing. */
  feed(): void;
  onGiveUp(reason: string): void;
}

/** As whoever looks at the master sees a thread. */
export interface ThreadReading {
  readonly name: string;
  readonly mailboxLength: number;
  /** How long it has said nothing while something waits. */
  readonly silentMs: number;
  readonly restarts: number;
}

/** Past this many waiting messages a thread is taken for stuck, and started again. */
const mailboxLengthMax = 100_000;

export type MonitorThread = Supervisor<MonitorMessage, MonitorEffect>;
export type LoopThread = Supervisor<ReplicationMessage, ReplicationEffect>;

export const startMonitor = (
  limits: Pick<MasterConfig, 'suspectAfterMs' | 'lostAfterMs' | 'brokenAfterMs'>,
  options: DecidingThreadOptions<MonitorEffect>,
): Promise<MonitorThread> =>
  startDecidingThread(
    {
      name: 'heartbeat-mon',
      entry: '#thread/heartbeat-monitor',
      limits: resolveLivenessLimits(limits),
      called: 'heartbeat monitor',
    },
    options,
  );

export const startLoop = (options: DecidingThreadOptions<ReplicationEffect>): Promise<LoopThread> =>
  startDecidingThread(
    {
      name: 'replication',
      entry: '#thread/replication-loop',
      limits: resolveReplicationLimits({}),
      called: 'replication loop',
    },
    options,
  );

interface DecidingThread {
  readonly name: string;
  /** As in `imports` of package.json. */
  readonly entry: string;
  readonly limits: unknown;
  /** In the log. */
  readonly called: string;
}

function startDecidingThread<Message, Effect>(
  { name, entry, limits, called }: DecidingThread,
  { log, onEffect, feed, onGiveUp }: DecidingThreadOptions<Effect>,
): Promise<Supervisor<Message, Effect>> {
  return Supervisor.start<Message, Effect>({
    policy: restartDefaults,
    startThread: (onExit) =>
      ThreadActor.start<Message, Effect>({
        name,
        entry,
        workerData: limits,
        mailboxLengthMax,
        onEffects: (effects) => {
          for (const effect of effects) onEffect(effect);
        },
        onExit,
      }),
    onRestarted: (reason) => {
      log.error({ reason }, `${called} started again`);
      feed();
    },
    onGiveUp: (reason) => onGiveUp(`the thread ${name} ended too often, at last because ${reason}`),
  });
}

type Looked = Pick<LoopThread, 'mailboxLength' | 'silentMs'> &
  Partial<Pick<LoopThread, 'restartCount'>>;

/** Those of them that have been started. */
export const threadReadings = (
  table: Looked | undefined,
  monitor: Looked | undefined,
  loop: Looked | undefined,
): readonly ThreadReading[] =>
  Object.entries({ 'lookup-table': table, 'heartbeat-mon': monitor, replication: loop }).flatMap(
    ([name, thread]) => {
      if (thread === undefined) return [];
      const { mailboxLength, silentMs, restartCount: restarts = 0 } = thread;
      return [{ name, mailboxLength, silentMs, restarts }];
    },
  );
