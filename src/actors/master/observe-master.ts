/** Opens the port on which a master is looked at. */
import { setTimeout as delay } from 'node:timers/promises';
import type { KeeperId } from '../../domain/ids.js';
import { Exposition } from '../observing/exposition.js';
import type { Observe } from '../observing/observing.js';
import { openObservingPort } from '../observing/port.js';
import { clusterHealth, liveness, readiness } from './health.js';
import type { MasterReading } from './master.actor.js';
import { masterFamilies } from './metrics.js';

/** Without an answer of the table by then, its numbers of replicas are left out. */
const tableAnswerMs = 2_000;

export const observeMaster: Observe<MasterReading> = (reading, config, log, credentials) => {
  let replicas: ReadonlyMap<KeeperId, number> = new Map();
  const exposition = new Exposition({
    families: masterFamilies(reading, () => replicas),
    prepare: async () => {
      replicas = await replicasIn(reading);
    },
  });
  return openObservingPort(
    {
      contentType: exposition.contentType,
      metrics: () => exposition.text(),
      health: {
        live: () => liveness(reading),
        ready: () => readiness(reading),
        cluster: () => clusterHealth(reading),
      },
    },
    config,
    log,
    credentials,
  );
};

async function replicasIn({ parts }: MasterReading): Promise<ReadonlyMap<KeeperId, number>> {
  if (parts.summary === undefined) return new Map();
  const given = new AbortController();
  const records = await Promise.race([
    // A table that ends meanwhile is told of elsewhere.
    parts.world.table.ask('list keepers', null).catch(() => []),
    delay(tableAnswerMs, [], { signal: given.signal }),
  ]).finally(() => given.abort());
  return new Map(records.map(({ keeper, replicas }) => [keeper, replicas]));
}
