/**
 * S5: a replica whose manifest was not whole when its keeper started is not vouched for by that
 * start, whatever did that to it.
 */
import type { FileId, KeeperId } from '../../../src/domain/ids.js';
import type { Service } from '../cluster/service.js';
import { isSealed, objectPath, objectsOn, type SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';
import { newlySound } from './newly-sound.js';

export function badManifestIsBadReplica(cluster: SimCluster): Checker {
  /** As each keeper found them at its present start. */
  const bad = new Map<KeeperId, ReadonlySet<FileId>>();
  return {
    invariant: 'S5',
    starting: (keeper) => void bad.set(keeper.name as KeeperId, badManifests(keeper)),
    committed(before, after) {
      for (const { file, row } of newlySound(before, after)) {
        const keeper = cluster.keeperOf(row.keeper);
        if (keeper === undefined || !bad.get(row.keeper)?.has(file.fileId)) continue;
        if (cluster.misplaced.has(keeper)) continue;
        if (!hasManifest(keeper, file.fileId))
          cluster.report(
            'S5',
            `${file.name} counts as live on ${keeper.name}, where its manifest is not whole`,
          );
      }
    },
  };
}

function badManifests(keeper: Service): ReadonlySet<FileId> {
  return new Set(objectsOn(keeper).filter((fileId) => !hasManifest(keeper, fileId)));
}

/** Judged by its checksum alone, apart from the code that decodes it. */
function hasManifest(keeper: Service, fileId: FileId): boolean {
  const bytes = keeper.box.disk.written(objectPath(fileId).manifest);
  return bytes !== undefined && isSealed(bytes);
}
