/** The master's two deciding threads under supervision; the lookup table, which is not started again, is apart. */
import type { MonitorEffect, MonitorMessage } from '../heartbeat-monitor/messages.js';
import type { ReplicationEffect, ReplicationMessage } from '../replication-loop/messages.js';
import { restartDefaults } from '../runtime/restart-policy.js';
import { Supervisor } from '../runtime/supervisor.js';
import { ThreadActor } from '../runtime/thread-client.js';

export interface DecidingThreadOptions<Effect> {
  readonly name: string;
  /** As in `imports` of package.json. */
  readonly entry: string;
  readonly limits: unknown;
  onEffect(effect: Effect): void;
  /** It runs again and knows nothing: feed it. */
  onRestarted(reason: string): void;
  onGiveUp(reason: string): void;
}

/** Past this many waiting messages a thread is taken for stuck, and started again. */
const mailboxLengthMax = 100_000;

export type MonitorThread = Supervisor<MonitorMessage, MonitorEffect>;
export type LoopThread = Supervisor<ReplicationMessage, ReplicationEffect>;

export function startDecidingThread<Message, Effect>(
  options: DecidingThreadOptions<Effect>,
): Promise<Supervisor<Message, Effect>> {
  const { name, entry, limits, onEffect, onRestarted, onGiveUp } = options;
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
    onRestarted,
    onGiveUp: (reason) => onGiveUp(`the thread ${name} ended too often, at last because ${reason}`),
  });
}
