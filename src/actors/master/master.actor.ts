/** Gives the master machine its world, and the process a handle on it. */
import type { Logger } from 'pino';
import { createActor, fromPromise } from 'xstate';
import {
  type MasterActorRef,
  type MasterPhase,
  masterMachine,
} from '../../machines/master.machine.js';
import { type Observe, Watched } from '../observing/observing.js';
import type { MasterMode } from '../replication-loop/messages.js';
import { watchLife } from '../runtime/machine-life.js';
import { warnOfOpenDoor } from '../runtime/open-door.js';
import { type MasterOptions, resolveConfig } from './config.js';
import { MasterParts } from './master-parts.js';

/** What whoever looks at a master may look at. */
export interface MasterReading {
  /** Of its life. */
  phase(): MasterPhase;
  readonly parts: Pick<
    MasterParts,
    'world' | 'threads' | 'connections' | 'transactions' | 'summary'
  >;
}

export interface RunningMaster {
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
export function startMaster(
  options: MasterOptions,
  log: Logger,
  observe?: Observe<MasterReading>,
): RunningMaster {
  const config = resolveConfig(options);
  warnOfOpenDoor(config, log);
  const machine = masterMachine.provide({
    actors: {
      open: fromPromise(() => parts.open()),
      close: fromPromise(() => parts.close().finally(() => watched.close())),
    },
  });
  const watched = new Watched(observe);
  const actor = createActor(machine, { input: { recoverGraceMs: config.recoverGraceMs } });
  const parts: MasterParts = new MasterParts({
    config,
    log,
    mode: () => ({ mode: modeOf(actor), reason: reasonOf(actor) }),
    onEvidence: (evidence) => actor.send({ type: 'evidence', evidence }),
    onThreadLost: (failure) => actor.send({ type: 'thread lost', failure }),
    onSecured: (credentials) =>
      watched.open({ phase: () => actor.getSnapshot().value, parts }, config, log, credentials),
  });
  const life = watchLife(actor, (snapshot) => isServing(snapshot.value));
  followMode(actor, parts, log);
  actor.start();
  return {
    ready: life.ready.then(() => ({
      host: config.host,
      port: parts.port,
      id: parts.summary?.clusterId ?? '',
      ...watched.told,
    })),
    ended: life.ended,
    stop: () => actor.send({ type: 'stop' }),
  };
}

function followMode(actor: MasterActorRef, parts: MasterParts, log: Logger): void {
  let told: MasterMode | undefined;
  actor.subscribe((snapshot) => {
    if (!isServing(snapshot.value)) return;
    const mode = modeOf(actor);
    if (mode === told) return;
    told = mode;
    log.info({ mode, reason: reasonOf(actor) }, 'mode');
    parts.enter(mode);
  });
}

/** Reads and uploads are served in all of these. */
export const isServing = (state: MasterPhase): boolean =>
  ['recovering', 'taking in', 'safe mode', 'serving'].includes(state);

function modeOf(actor: MasterActorRef): MasterMode {
  const state = actor.getSnapshot().value;
  return state === 'serving' || state === 'safe mode' ? state : 'recovering';
}

function reasonOf(actor: MasterActorRef): string {
  const { verdict } = actor.getSnapshot().context;
  return verdict.trust === 'whole' ? '' : verdict.reason;
}
