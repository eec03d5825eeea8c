/** Whole directories of keepers, as faults of identity choose and move them. */
import type { Service } from '../cluster/service.js';
import type { Arena } from '../story/happening.js';
import type { DiskSnapshot } from '../world/disk/sim-disk.js';

/** From the drawn one on, the first keeper of which everything may be lost. */
export function chooseDisk({ cluster, budget }: Arena, drawn: number): Service | undefined {
  const { keepers } = cluster;
  return keepers
    .map((_, at) => keepers[(drawn + at) % keepers.length])
    .find((keeper) => keeper !== undefined && budget.sparesDisk(keeper));
}

/** All that is written, as one finds it who takes the disk out of a machine that was shut down. */
export function takeOut({ box: { disk } }: Service): DiskSnapshot {
  disk.writeBack();
  return disk.snapshot();
}

/** It starts on what is there then. */
export function startOn(keeper: Service, directory: DiskSnapshot | 'empty'): void {
  keeper.kill('killed');
  if (directory === 'empty') keeper.box.disk.wipe();
  else keeper.box.disk.restore(directory);
  keeper.start();
}
