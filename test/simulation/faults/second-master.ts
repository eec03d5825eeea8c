/**
 * A second master is started on the directory that the first one uses. It has to refuse, and the
 * first one has not to notice.
 */
import fc from 'fast-check';
import { startMaster } from '../../../src/actors/master/master.actor.js';
import { Service } from '../cluster/service.js';
import { masterPort, type SimCluster, tableDirectory } from '../cluster/sim-cluster.js';
import { createSimLogger } from '../cluster/sim-logger.js';
import { type Happening, numberOf } from '../story/happening.js';

const secondPort = masterPort + 100;

export const secondMaster: Happening = {
  kind: 'second master',
  layer: 'table',
  budget: 'within',
  weight: 1,
  params: fc.record({ judgedAfterMs: fc.integer({ min: 1_000, max: 10_000 }) }),
  happen(params, { cluster }) {
    const { master, stage } = cluster;
    const holder = master.process;
    if (holder === undefined || !master.isReady) return undefined;
    const second = createSecond(cluster);
    const stop = (): void => second.kill('killed');
    // Whoever comes after the first one is to find the directory free.
    const forgetEnding = holder.onEnd(stop);
    second.start();
    stage.kernel.after(numberOf(params, 'judgedAfterMs'), 'fault ends', () => {
      if (second.isReady) cluster.report('S40', 'a second master serves on the same directory');
      forgetEnding();
      stop();
    });
    return 'a second master is started on the directory of the first';
  },
};

function createSecond({ master: { box }, stage, shape }: SimCluster): Service {
  const { suspectAfterMs, lostAfterMs, repairEveryMs, replicas, acks } = shape;
  return new Service({
    name: 'second master',
    box,
    stage,
    launch: (process) =>
      startMaster(
        {
          host: box.address,
          insecure: true,
          port: secondPort,
          dataDir: tableDirectory,
          replicas,
          acks,
          suspectAfterMs,
          lostAfterMs,
          repairEveryMs,
          accept: 'any',
        },
        createSimLogger(stage.trace, process.name),
      ),
  });
}
