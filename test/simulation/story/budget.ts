/**
 * What a fault may take without breaking the budget of the run.
 *
 * Within it, every file whose bytes are durable somewhere keeps one undamaged durable replica on
 * a keeper that will come back. A fault asks before it takes a disk or a replica.
 */

import type { FileId } from '../../../src/domain/ids.js';
import type { Service } from '../cluster/service.js';
import { keeperRoot, objectsOn, type SimCluster } from '../cluster/sim-cluster.js';

export class Budget {
  readonly #cluster: SimCluster;
  readonly #kind: 'within' | 'over';

  constructor(cluster: SimCluster, kind: 'within' | 'over') {
    this.#cluster = cluster;
    this.#kind = kind;
  }

  get isLimited(): boolean {
    return this.#kind === 'within';
  }

  /** Whether this replica may be damaged. */
  sparesReplica(keeper: Service, fileId: FileId): boolean {
    if (this.isMisplaced(keeper)) return false;
    if (!this.isLimited) return true;
    return this.#hasOther(keeper, fileId);
  }

  /** Whether both of these replicas, which lie on one disk, may be damaged. */
  sparesBoth(keeper: Service, one: FileId, other: FileId): boolean {
    return one !== other && this.sparesReplica(keeper, one) && this.sparesReplica(keeper, other);
  }

  /** Whether everything on this keeper may be lost. */
  sparesDisk(keeper: Service): boolean {
    if (this.isMisplaced(keeper)) return false;
    if (!this.isLimited) return true;
    const { disk } = keeper.box;
    // What is on its way may be acknowledged on the strength of this disk alone.
    if (disk.list(`${keeperRoot}/staging`).length > 0) return false;
    for (const fileId of objectsOn(keeper)) if (!this.#hasOther(keeper, fileId)) return false;
    return true;
  }

  /**
   * The keeper's machine has for the time being not the directory that belongs there: nothing else
   * is taken from it, and nothing on it counts. Answers how to say that it has.
   */
  misplace(keeper: Service): () => void {
    this.#cluster.misplaced.add(keeper);
    return () => void this.#cluster.misplaced.delete(keeper);
  }

  /** Whether all that was acknowledged lies on other machines, too, which have the directories that belong there. */
  sparesMisplaced(keeper: Service): boolean {
    if (!this.isLimited) return true;
    // Where it does not start, nothing is on its way: what is staged was copied with the rest.
    const isOnItsWay = keeper.box.disk.list(`${keeperRoot}/staging`).length > 0;
    if (isOnItsWay && keeper.refusal === undefined) return false;
    const table = this.#cluster.table();
    const others = this.#cluster.keepers.filter((one) => one !== keeper && !this.isMisplaced(one));
    return [...objectsOn(keeper)].every((fileId) => {
      const file = table?.files.get(fileId);
      if (file === undefined) return table?.uploads.every((open) => open.fileId !== fileId) ?? true;
      const content = this.#cluster.contentOf(file.digest);
      if (content === undefined) return true;
      return others.some((other) => this.#cluster.replica(other, fileId, content) === 'sound');
    });
  }

  /** Whether any machine has another directory than its own. */
  get isAnyMisplaced(): boolean {
    return this.#cluster.misplaced.size > 0;
  }

  isMisplaced(keeper: Service): boolean {
    return this.#cluster.misplaced.has(keeper);
  }

  #hasOther(keeper: Service, fileId: FileId): boolean {
    const table = this.#cluster.table();
    const file = table?.files.get(fileId);
    // Not committed yet, or deleted: nobody was promised anything that rests on other keepers.
    if (file === undefined) return table?.uploads.every((open) => open.fileId !== fileId) ?? false;
    const content = this.#cluster.contentOf(file.digest);
    if (content === undefined) return false;
    const others = file.replicas.filter(
      (row) => row.keeper !== keeper.name && row.standing === 'sound',
    );
    if (others.length === 0) return false;
    const sound = others.filter((row) => {
      const other = this.#cluster.keeperOf(row.keeper);
      if (other === undefined || other.refusal !== undefined || this.isMisplaced(other))
        return false;
      return this.#cluster.replica(other, fileId, content) === 'sound';
    });
    // Before damage is noticed, surplus may be dropped down to the target, whichever it is.
    const unsound = others.length - sound.length + 1;
    return sound.length > 0 && unsound < file.target;
  }
}
