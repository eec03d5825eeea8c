/**
 * What a fault may take: every file keeps, at every instant, one undamaged durable replica on
 * another disk, which will come back. Disks are judged by their bytes, so that nothing which was
 * promised rests on what the cluster believes.
 */
import type { FileId } from '../../src/domain/ids.js';
import type { Contents } from './contents.js';
import { fileIdsOn, isSound } from './disks.js';
import type { SoakCluster } from './soak-cluster.js';

export class Budget {
  readonly #cluster: SoakCluster;
  readonly #contents: Contents;

  constructor(cluster: SoakCluster, contents: Contents) {
    this.#cluster = cluster;
    this.#contents = contents;
  }

  /** Whether this replica may be damaged. */
  async sparesReplica(keeper: string, fileId: FileId): Promise<boolean> {
    const { keeperNames } = this.#cluster;
    for (const other of keeperNames)
      if (other !== keeper && (await isSound(this.#cluster.path(other), fileId, this.#contents)))
        return true;
    return false;
  }

  /**
   * Whether everything on this keeper may be lost. It must be down: what is still in staging then
   * was promised to nobody, and nothing more is promised on the strength of this disk.
   */
  async sparesDisk(keeper: string): Promise<boolean> {
    for (const fileId of await fileIdsOn(this.#cluster.path(keeper)))
      if (!(await this.sparesReplica(keeper, fileId))) return false;
    return true;
  }
}
