/** Gives the keeper machine its world, and the process a handle on it. */
import type { Logger } from 'pino';
import { createActor, fromPromise } from 'xstate';
import { type KeeperPhase, keeperMachine } from '../../machines/keeper.machine.js';
import { type Observe, Watched } from '../observing/observing.js';
import { watchLife } from '../runtime/machine-life.js';
import { warnOfOpenDoor } from '../runtime/open-door.js';
import { type KeeperConfig, type KeeperOptions, resolveConfig } from './config.js';
import { KeeperParts } from './keeper-parts.js';
import { Waiting } from './waiting.js';

/** What whoever looks at a keeper may look at. */
export interface KeeperReading {
  /** Of its life. */
  phase(): KeeperPhase;
  readonly config: KeeperConfig;
  readonly parts: Pick<KeeperParts, 'counters' | 'sight'>;
}

export interface RunningKeeper {
  /** It has registered and reported. */
  readonly ready: Promise<{
    readonly host: string;
    readonly port: number;
    readonly id: string;
    readonly metricsPort?: number;
  }>;
  /** Rejects with the reason unless it was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * @param observe opens the port for metrics, if there is to be one
 * @throws ReelkeepError `usage` for options that do not go together
 */
export function startKeeper(
  options: KeeperOptions,
  log: Logger,
  observe?: Observe<KeeperReading>,
): RunningKeeper {
  const config = resolveConfig(options);
  warnOfOpenDoor(config, log);
  const { retryDelayMs, retryDelayMaxMs, reportAgainMs } = config;
  const waiting = new Waiting(log.child({ master: config.master }));
  const machine = keeperMachine.provide({
    actors: {
      identify: fromPromise(() => parts.identify()),
      register: fromPromise(({ signal }) => waiting.told(parts.register(signal))),
      report: fromPromise(({ signal }) => waiting.told(parts.report(signal))),
      scrub: fromPromise(({ signal }) => parts.scrub(signal)),
      drain: fromPromise(() => parts.drain().finally(() => watched.close())),
    },
  });
  const watched = new Watched(observe);
  const input = { retryDelayMs, retryDelayMaxMs, reportAgainMs };
  const actor = createActor(machine, { input });
  const parts: KeeperParts = new KeeperParts({
    config,
    log,
    onSessionLost: (reason) => {
      log.warn({ reason }, 'session lost');
      actor.send({ type: 'session lost', reason });
    },
    onPoolDeath: (failure) => {
      log.error({ err: failure }, 'nothing can be read or written any more');
      actor.send({ type: 'pool died', failure });
    },
    onSecured: (credentials) =>
      watched.open(
        { phase: () => actor.getSnapshot().value, config, parts },
        config,
        log,
        credentials,
      ),
  });
  const life = watchLife(actor, (snapshot) => snapshot.value === 'serving');
  actor.start();
  return {
    ready: life.ready.then(() => ({
      host: config.host,
      port: parts.port,
      id: parts.id,
      ...watched.told,
    })),
    ended: life.ended,
    stop: () => actor.send({ type: 'drain' }),
  };
}
