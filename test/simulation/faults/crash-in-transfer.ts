/**
 * While a file is on its way to a keeper, its bytes stop for a moment, and somebody dies: the
 * keeper, or the master, or nobody.
 */
import fc from 'fast-check';
import type { Service } from '../cluster/service.js';
import { keeperPort, keeperRoot, type SimCluster } from '../cluster/sim-cluster.js';
import { type Happening, numberOf } from '../story/happening.js';
import { machinesOf } from './machines.js';
import { seconds } from './seconds.js';

export const crashInTransfer: Happening = {
  kind: 'crash in a transfer',
  layer: 'process',
  budget: 'within',
  weight: 3,
  params: fc.record({
    who: fc.constantFrom('keeper', 'master', 'master', 'nobody'),
    /** Transfers that begin meanwhile are spared. */
    skipped: fc.nat(5),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 500 })),
    downMs: fc.integer({ min: 1, max: 2_000 }),
    /** 0: not at all. */
    stopsMs: fc.oneof(fc.constant(0), fc.integer({ min: 1_000, max: 4_000 })),
  }),
  happen(params, { cluster }) {
    const { kernel, trace } = cluster.stage;
    const afterMs = numberOf(params, 'afterMs');
    const downMs = numberOf(params, 'downMs');
    const stopsMs = numberOf(params, 'stopsMs');
    onTransfer(cluster, numberOf(params, 'skipped'), (keeper) =>
      kernel.after(afterMs, 'crash in a transfer', () => {
        if (cluster.isHealing) return;
        const victim = { keeper, master: cluster.master, nobody: undefined }[String(params['who'])];
        if (stopsMs > 0) stopData(cluster, keeper, stopsMs);
        if (victim?.isUp) {
          victim.kill('killed');
          kernel.after(downMs, 'restart', () => victim.start());
        }
        const ends = victim === undefined ? '' : `; ${victim.name} dies, for ${seconds(downMs)}`;
        trace.tell('process', `${keeper.name}: no data for ${seconds(stopsMs)}${ends}`);
      }),
    );
    return 'waits for a transfer';
  },
};

/** Calls back once, when a keeper has begun to stage a file. */
function onTransfer(cluster: SimCluster, skipped: number, begun: (keeper: Service) => void): void {
  let left = skipped;
  const stops = cluster.keepers.map((keeper) =>
    keeper.box.disk.observe({
      onCreated(path) {
        if (cluster.isHealing || !path.startsWith(`${keeperRoot}/staging/`)) return;
        left -= 1;
        if (left >= 0) return;
        for (const stop of stops) stop();
        begun(keeper);
      },
    }),
  );
}

function stopData(cluster: SimCluster, keeper: Service, stopsMs: number): void {
  const { faults } = cluster.stage.network;
  const own = keeper.box.address;
  const links = machinesOf(cluster)
    .filter(({ address }) => address !== own)
    .flatMap(({ address }) => [
      { from: address, to: own, port: keeperPort },
      { from: own, to: address, port: keeperPort },
    ]);
  for (const link of links) faults.set(link, { isCut: true });
  cluster.stage.kernel.after(stopsMs, 'fault ends', () => {
    for (const link of links) faults.set(link, { isCut: false });
  });
}
