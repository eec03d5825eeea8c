/** Opens the port on which a keeper is looked at. */
import { Exposition } from '../observing/exposition.js';
import type { Observe } from '../observing/observing.js';
import { openObservingPort } from '../observing/port.js';
import { liveness, readiness } from './health.js';
import type { KeeperReading } from './keeper.actor.js';
import { keeperFamilies } from './metrics.js';

export const observeKeeper: Observe<KeeperReading> = (reading, config, log, credentials) => {
  const exposition = new Exposition({ families: keeperFamilies(reading) });
  return openObservingPort(
    {
      contentType: exposition.contentType,
      metrics: () => exposition.text(),
      health: { live: () => liveness(reading), ready: () => readiness(reading) },
    },
    config,
    log,
    credentials,
  );
};
