/**
 * S30, S31: no more copies under way than replicas are missing, and one for each file and
 * destination.
 *
 * Judged by what passes the thread that decides: what it was told, and what it answers. One that
 * was started anew knows nothing of the orders of the one before.
 */
import type {
  ReplicationEffect,
  ReplicationMessage,
} from '../../../src/actors/replication-loop/messages.js';
import type { FileRecord } from '../../../src/domain/file-record.js';
import type { FileId, KeeperId } from '../../../src/domain/ids.js';
import { type KeeperView, replicaState } from '../../../src/domain/keeper-view.js';
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';

type CopyOrder = Extract<ReplicationEffect, { type: 'copy' }>;

export function copiesInFlight(cluster: SimCluster): Checker {
  let known: object | undefined;
  let loop = new LoopSeen(cluster);
  return {
    invariant: 'S30',
    thread({ life, thread, direction, message }) {
      if (thread !== 'replication') return;
      if (known !== life) {
        known = life;
        loop = new LoopSeen(cluster);
      }
      if (direction === 'in') loop.take(message as ReplicationMessage);
      else for (const order of copiesOf(message as readonly ReplicationEffect[])) loop.judge(order);
    },
  };
}

const copiesOf = (effects: readonly ReplicationEffect[]): readonly CopyOrder[] =>
  effects.filter((effect) => effect.type === 'copy');

/** A copy that was not heard of for so long is given up by whoever ordered it. */
const copyDeadlineMs = 30_000;

class LoopSeen {
  readonly #cluster: SimCluster;
  readonly #files = new Map<FileId, FileRecord>();
  readonly #keepers = new Map<KeeperId, KeeperView>();
  /** When each order was given. */
  readonly #flights = new Map<FileId, Map<KeeperId, number>>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  take(message: ReplicationMessage): void {
    switch (message.type) {
      case 'file changed':
        this.#know(message.file);
        return;
      case 'files surveyed':
        for (const file of message.files) this.#files.set(file.fileId, file);
        return;
      case 'file gone':
        this.#files.delete(message.fileId);
        this.#flights.delete(message.fileId);
        return;
      case 'keeper changed':
        this.#keepers.set(message.view.keeper, message.view);
        // What it was ordered before is not carried out any more; that it registered anew is told
        // by its inventory first.
        if (
          message.view.state === 'lost' ||
          message.view.state === 'joining' ||
          message.view.inventory === 'awaited'
        )
          for (const flight of this.#flights.values()) flight.delete(message.view.keeper);
        return;
      case 'copy ended':
        this.#flights.get(message.fileId)?.delete(message.destination);
        return;
      default:
    }
  }

  judge({ fileId, destination }: CopyOrder): void {
    const { nowMs } = this.#cluster;
    const flight = this.#flights.get(fileId) ?? new Map<KeeperId, number>();
    for (const [keeper, atMs] of flight) if (nowMs - atMs >= copyDeadlineMs) flight.delete(keeper);
    if (flight.has(destination))
      this.#cluster.report('S31', `two copies of ${fileId} are under way to ${destination}`);
    this.#flights.set(fileId, flight.set(destination, nowMs));
    const file = this.#files.get(fileId);
    if (file === undefined) return;
    const live = file.replicas.filter((row) => replicaState(row, this.#keepers) === 'live').length;
    if (live + flight.size > file.target + 1)
      this.#cluster.report(
        'S30',
        `${live} live and ${flight.size} on their way are too many of ${file.name}, whose target is ${file.target}`,
      );
  }

  #know(file: FileRecord): void {
    const before = this.#files.get(file.fileId)?.replicas ?? [];
    this.#files.set(file.fileId, file);
    const flight = this.#flights.get(file.fileId);
    // What was copied may have been found bad before it was told of.
    for (const { keeper, standing } of file.replicas)
      if (standing === 'sound' || !before.some((row) => row.keeper === keeper))
        flight?.delete(keeper);
  }
}
