/**
 * Has the replicas that a drop would rest on read again, before the table is asked for it.
 *
 * An inventory vouches for a replica by its length and its manifest, so one that rotted while
 * its keeper was away counts as live. What is found otherwise than sound is in the table by the
 * time it is known here: the drop is refused, and the loop plans anew with what stands there.
 *
 * That a keeper says `sound` is not enough, for a word costs nothing: each answers a challenge as
 * only the bytes can tell, the one whose replica is to go as well (`domain/drop-proofs.ts`).
 */
import { randomBytes } from 'node:crypto';
import { judgeProofs, type Testimony } from '../../domain/drop-proofs.js';
import type { FileRecord } from '../../domain/file-record.js';
import type { FileId, KeeperId } from '../../domain/ids.js';
import { replicaOf } from '../../domain/replica-rows.js';
import type { ReplicationEffect } from '../replication-loop/messages.js';
import { verifyOne } from './verify-handlers.js';
import { VerifyLanes } from './verify-lanes.js';
import { timerMsMax } from './verify-watch.js';
import type { MasterWorld } from './world.js';

type Drop = Extract<ReplicationEffect, { type: 'drop' }>;
type Stayer = Drop['staying'][number];

/** Asked of all whom a drop concerns. */
interface Question {
  readonly file: FileRecord;
  readonly challenge: string;
  readonly signal: AbortSignal;
}

export class VerifyBeforeDrop {
  readonly #world: MasterWorld;
  readonly #lanes = new VerifyLanes();
  readonly #underWay = new Set<FileId>();

  constructor(world: MasterWorld) {
    this.#world = world;
  }

  /** Those that have shown now that they are sound, at least the target. @throws when the drop may not be asked for */
  async findSound(drop: Drop): Promise<readonly Stayer[]> {
    const { fileId, verifyWithinMs } = drop;
    if (this.#underWay.has(fileId)) throw new Error(`another drop of ${fileId} is under way`);
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), Math.min(verifyWithinMs, timerMsMax));
    this.#underWay.add(fileId);
    try {
      return await this.#findSound(drop, giveUp.signal);
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(fileId);
    }
  }

  async #findSound(drop: Drop, signal: AbortSignal): Promise<readonly Stayer[]> {
    const { fileId, staying } = drop;
    const file = await this.#world.table.ask('find file', { fileId });
    if (file === null) throw new Error(`${fileId} has been deleted`);
    this.#requirePossible(drop);
    const question = { file, challenge: randomBytes(32).toString('hex'), signal };
    const leaving = isSoundLeaving(file, drop) ? this.#ask(drop, question) : undefined;
    const answers = await Promise.all(staying.map((stayer) => this.#ask(stayer, question)));
    const verdict = judgeProofs(answers, await leaving);
    if (!verdict.ok) throw new Error(verdict.reason);
    this.#tellDoubts(drop, verdict.doubted);
    // The reading may have taken hours: whoever was lost or came anew meanwhile does not count.
    this.#requirePossible(drop);
    const sound = staying.filter(
      (stayer) => verdict.believed.includes(stayer.keeper) && this.#isFirm(stayer),
    );
    if (sound.length < file.target)
      throw new Error(`${sound.length} stay verified, the target is ${file.target}`);
    return sound;
  }

  /** One of them is lying, or none: an operator is to look. */
  #tellDoubts({ fileId, keeper }: Drop, doubted: readonly KeeperId[]): void {
    if (doubted.length === 0) return;
    this.#world.log.error(
      { file: fileId, keeper, doubted },
      'keepers that say they hold this file do not hold the same bytes',
    );
  }

  #requirePossible({ keeper, incarnation }: Drop): void {
    const { mode } = this.#world.mode();
    if (mode !== 'serving') throw new Error(`nothing is dropped in ${mode}`);
    if (!this.#isFirm({ keeper, incarnation }))
      throw new Error(`${keeper} is not there in its start ${incarnation}`);
  }

  async #ask({ keeper, incarnation }: Stayer, question: Question): Promise<Testimony> {
    const { signal } = question;
    const silent = { keeper, proof: undefined };
    if (!(await this.#lanes.enter(keeper, signal))) return { ...silent, unasked: true };
    // It goes on reading when the drop is given up, and until then it has no lane to spare.
    const reading = (
      this.#isFirm({ keeper, incarnation })
        ? this.#prove(question, keeper)
        : Promise.resolve(undefined)
    ).finally(() => this.#lanes.leave(keeper));
    return { keeper, proof: await orGivenUp(reading, signal) };
  }

  async #prove({ file, challenge }: Question, keeper: KeeperId): Promise<string | undefined> {
    const { outcome, reason, proof } = await verifyOne(this.#world, file, keeper, { challenge });
    if (outcome === 'sound') return proof?.answer;
    this.#world.log.warn(
      { file: file.fileId, keeper, outcome, reason },
      'this replica was not shown to be there',
    );
    return undefined;
  }

  #isFirm({ keeper, incarnation }: Stayer): boolean {
    const view = this.#world.keepers.views.get(keeper);
    return (
      view?.state === 'alive' && view.inventory === 'whole' && view.incarnation === incarnation
    );
  }
}

/** What cannot be read, or has been ordered away before, cannot be shown and need not be. */
function isSoundLeaving(file: FileRecord, { keeper, why }: Drop): boolean {
  const replica = replicaOf(file, keeper);
  return why === 'surplus' && replica?.standing === 'sound' && replica.unreadable !== true;
}

function orGivenUp(
  reading: Promise<string | undefined>,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    reading.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
