/**
 * What this directory is and has seen, kept in step with its `keeper.json`: one write at a time, each
 * from what the last one made durable.
 */
import { isDeepStrictEqual } from 'node:util';
import { ReelkeepError } from '../domain/errors.js';
import type { ClusterId } from '../domain/ids.js';
import type { SeenInTerm } from '../domain/term-line.js';
import { toDiskError } from './disk-error.js';
import { type KeeperIdentity, writeIdentity } from './identity-file.js';
import { storageLimits } from './limits.js';
import type { StoreParts } from './replica-files.js';

export interface Term {
  readonly clusterId: ClusterId;
  readonly epoch: number;
  /** All that were obeyed, in order; absent when nothing is new. */
  readonly terms?: readonly SeenInTerm[];
  readonly commit: number;
  /** Under which the master has taken this keeper in; only ever a later one. */
  readonly incarnation?: number;
}

export class OwnIdentity {
  readonly #parts: Pick<StoreParts, 'layout' | 'place' | 'sync'>;
  #known: KeeperIdentity;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: Pick<StoreParts, 'layout' | 'place' | 'sync'>, known: KeeperIdentity) {
    this.#parts = parts;
    this.#known = known;
  }

  /** As it is durable. */
  get known(): KeeperIdentity {
    return this.#known;
  }

  /**
   * Makes a master's term durable; epoch, commit and incarnation only ever rise.
   *
   * @throws ReelkeepError `not-allowed` when this directory belongs to another cluster.
   */
  async recordTerm(term: Term): Promise<void> {
    const write = this.#writing.then(() => this.#record(term));
    this.#writing = write.catch(() => {
      // whoever asked for that write has its error; the next one starts from what is durable
    });
    await write;
  }

  /** Resolves when nothing is being written any more. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #record({ clusterId, epoch, terms, commit, incarnation = 0 }: Term): Promise<void> {
    const known = this.#known;
    if (known.clusterId !== null && known.clusterId !== clusterId)
      throw new ReelkeepError(
        'not-allowed',
        `this directory belongs to cluster ${known.clusterId}, not to ${clusterId}`,
      );
    const next = {
      ...known,
      clusterId,
      highestEpoch: Math.max(known.highestEpoch, epoch),
      highestCommit: Math.max(known.highestCommit, commit),
      terms: (terms ?? known.terms).slice(-storageLimits.termsMax),
      incarnation: Math.max(known.incarnation, incarnation),
    };
    if (isDeepStrictEqual(known, next)) return;
    await this.#write(next);
    this.#known = next;
  }

  /** Never into an empty directory on which the disk was mounted: that would be a copy of this keeper. */
  async #write(identity: KeeperIdentity): Promise<void> {
    const { layout, place, sync } = this.#parts;
    try {
      await place.whileThere(() => writeIdentity(layout.identity, identity, sync.strict()));
    } catch (error) {
      throw toDiskError(`writing ${layout.identity}`, error);
    }
  }
}
