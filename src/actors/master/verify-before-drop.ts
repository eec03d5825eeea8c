/**
 * Has the replicas that a drop would rest on read again, before the table is asked for it.
 *
 * An inventory vouches for a replica by its length and its manifest, so one that rotted while
 * its keeper was away counts as live. What is found otherwise than sound is in the table by the
 * time it is known here: the drop is refused, and the loop plans anew with what stands there.
 */
import type { FileRecord } from '../../domain/file-record.js';
import type { FileId, KeeperId } from '../../domain/ids.js';
import type { ReplicationEffect } from '../replication-loop/messages.js';
import { verifyOne } from './verify-handlers.js';
import { VerifyLanes } from './verify-lanes.js';
import { timerMsMax } from './verify-watch.js';
import type { MasterWorld } from './world.js';

type Drop = Extract<ReplicationEffect, { type: 'drop' }>;
type Stayer = Drop['staying'][number];

export class VerifyBeforeDrop {
  readonly #world: MasterWorld;
  readonly #lanes = new VerifyLanes();
  readonly #underWay = new Set<FileId>();

  constructor(world: MasterWorld) {
    this.#world = world;
  }

  /** Those that were found sound now, at least the target. @throws when the drop may not be asked for */
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
    const isSound = await Promise.all(staying.map((stayer) => this.#isSound(file, stayer, signal)));
    // The reading may have taken hours: whoever was lost or came anew meanwhile does not count.
    this.#requirePossible(drop);
    const sound = staying.filter((stayer, at) => isSound[at] === true && this.#isFirm(stayer));
    if (sound.length < file.target)
      throw new Error(`${sound.length} stay verified, the target is ${file.target}`);
    return sound;
  }

  #requirePossible({ keeper, incarnation }: Drop): void {
    const { mode } = this.#world.mode();
    if (mode !== 'serving') throw new Error(`nothing is dropped in ${mode}`);
    if (!this.#isFirm({ keeper, incarnation }))
      throw new Error(`${keeper} is not there in its start ${incarnation}`);
  }

  async #isSound(file: FileRecord, stayer: Stayer, signal: AbortSignal): Promise<boolean> {
    const { keeper } = stayer;
    if (this.#world.verifications.isUnderWay(file.fileId, keeper))
      return await orGivenUp(this.#verify(file, keeper), signal);
    if (!(await this.#lanes.enter(keeper, signal))) return false;
    // It goes on reading when the drop is given up, and until then it has no lane to spare.
    const reading = (
      this.#isFirm(stayer) ? this.#verify(file, keeper) : Promise.resolve(false)
    ).finally(() => this.#lanes.leave(keeper));
    return await orGivenUp(reading, signal);
  }

  async #verify(file: FileRecord, keeper: KeeperId): Promise<boolean> {
    const { outcome, reason } = await verifyOne(this.#world, file, keeper);
    if (outcome !== 'sound')
      this.#world.log.warn(
        { file: file.fileId, keeper, outcome, reason },
        'no drop can rest on this replica',
      );
    return outcome === 'sound';
  }

  #isFirm({ keeper, incarnation }: Stayer): boolean {
    const view = this.#world.keepers.views.get(keeper);
    return (
      view?.state === 'alive' && view.inventory === 'whole' && view.incarnation === incarnation
    );
  }
}

function orGivenUp(reading: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(false);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    reading.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
