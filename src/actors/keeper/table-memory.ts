/**
 * What the directory of a keeper remembers of the master's table, by which a table that was put back
 * older is found out.
 */
import type { Logger } from 'pino';
import { clusterId } from '../../domain/ids.js';
import { type SeenInTerm, withSeen } from '../../domain/term-line.js';
import type { ReplicaStore } from '../../storage/replica-store.js';
import type { Term } from './term.js';

type Store = Pick<ReplicaStore, 'diskSuspect' | 'identity' | 'recordTerm'>;

export class TableMemory {
  readonly #store: Store;
  readonly #term: Pick<Term, 'commit' | 'epoch' | 'seen'>;
  readonly #log: Logger;
  /** Before this registration. */
  #commitSeen = 0;
  /** Every term that was obeyed before this registration, each with the highest commit that was seen. */
  #termsSeen: readonly SeenInTerm[] = [];
  /** `failed`: not tried again before the next registration. */
  #writing: 'idle' | 'under way' | 'failed' | 'closed' = 'idle';

  constructor(store: Store, term: Pick<Term, 'commit' | 'epoch' | 'seen'>, log: Logger) {
    this.#store = store;
    this.#term = term;
    this.#log = log;
  }

  get termsSeen(): readonly SeenInTerm[] {
    return this.#termsSeen;
  }

  /** The master's table is not older than what was seen before. */
  get isCaughtUp(): boolean {
    return this.#term.commit >= this.#commitSeen;
  }

  /** What was seen until now is what the next registration tells of. */
  beginRegistration(): void {
    const { highestCommit, terms } = this.#store.identity;
    this.#commitSeen = Math.max(highestCommit, this.#term.commit);
    this.#termsSeen = withSeen(terms, this.#term.seen);
  }

  endRegistration(): void {
    if (this.#writing === 'failed') this.#writing = 'idle';
  }

  /** Durable when this resolves. */
  async obey(cluster: string, incarnation: number): Promise<void> {
    await this.#write(cluster, incarnation);
  }

  /** With each beat, so that it is known also when the keeper is killed; not waited for. */
  note(): void {
    const { termId, commit } = this.#term.seen;
    const last = this.#store.identity.terms.at(-1);
    const isKnown = termId === '' || (last?.termId === termId && last.commit >= commit);
    if (isKnown || this.#writing !== 'idle' || this.#store.diskSuspect) return;
    this.#writing = 'under way';
    this.#writeAgain().then(
      () => {
        if (this.#writing === 'under way') this.#writing = 'idle';
      },
      (error: unknown) => {
        if (this.#writing === 'under way') this.#writing = 'failed';
        this.#log.error({ err: error }, 'what the table has come to is not remembered');
      },
    );
  }

  /** For the last time. */
  async close(): Promise<void> {
    this.#writing = 'closed';
    await this.#writeAgain();
  }

  async #writeAgain(): Promise<void> {
    const { clusterId: cluster, incarnation } = this.#store.identity;
    if (cluster !== null) await this.#write(cluster, incarnation);
  }

  async #write(cluster: string, incarnation: number): Promise<void> {
    const { epoch, commit } = this.#term;
    const terms = withSeen(this.#termsSeen, this.#term.seen);
    await this.#store.recordTerm({
      clusterId: clusterId(cluster),
      epoch,
      terms,
      commit,
      incarnation,
    });
  }
}
