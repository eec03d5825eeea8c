/** What a master answers to those who ask how it is. */
import { judgeCluster } from '../../domain/cluster-health.js';
import { observingLimits } from '../observing/limits.js';
import type { Health } from '../observing/observing.js';
import { isServing, type MasterReading } from './master.actor.js';

/** Whoever is answered knows that the main thread runs. */
export function liveness({ parts }: MasterReading): Health {
  const silent = parts.threads.filter(
    ({ silentMs }) => silentMs > observingLimits.threadSilenceMaxMs,
  );
  return { ok: silent.length === 0, silent: silent.map(({ name }) => name) };
}

/** Reads and uploads are answered. */
export function readiness({ phase }: MasterReading): Health {
  const mode = phase();
  return { ok: isServing(mode), mode };
}

export function clusterHealth(reading: MasterReading): Health {
  const { world } = reading.parts;
  if (!isServing(reading.phase())) return { ok: false, reasons: ['the master does not serve'] };
  const { mode } = world.mode();
  const reasons = judgeCluster({
    ...world.counts(),
    mode,
    keepers: [...world.keepers.views.values()],
    settled: world.hasLookedAtAll(),
  });
  return { ok: reasons.length === 0, reasons };
}
