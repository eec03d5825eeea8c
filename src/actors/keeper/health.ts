/** What a keeper answers to those who ask how it is. */
import { observingLimits } from '../observing/limits.js';
import type { Health } from '../observing/observing.js';
import type { KeeperReading } from './keeper.actor.js';

/** Whoever is answered knows that the main thread runs. */
export function liveness({ parts }: KeeperReading): Health {
  const silentMs = parts.sight.opened?.world.pool.load.silentMs ?? 0;
  const isSilent = silentMs > observingLimits.threadSilenceMaxMs;
  return { ok: !isSilent, silent: isSilent ? ['pool'] : [] };
}

/** The master has taken it in and knows what it holds. */
export function readiness({ phase }: KeeperReading): Health {
  const mode = phase();
  return { ok: mode === 'serving', mode };
}
