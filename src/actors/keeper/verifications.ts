/**
 * Replicas that are being read again: so many at a time, and none twice at a time but to answer a
 * challenge.
 *
 * The master wants an answer as soon as the disk can give it; a scrub takes its time. A reading
 * that is in no hurry keeps its place in the lane, so it is hurried when somebody waits: for the
 * same replica, whose reading is then shared, or for a place.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { FileId } from '../../domain/ids.js';
import type { ReplicaStore } from '../../storage/replica-store.js';
import type { ExpectedBytes, ReadPause, VerifyOutcome } from '../../storage/verify-replica.js';
import { KeeperCounters, type Reader } from './counters.js';

/** What the bytes are to be, and maybe 32 bytes by which to prove that they are here. */
interface Wanted extends ExpectedBytes {
  readonly challenge?: Uint8Array;
}

interface Reading extends Wanted {
  readonly found: Promise<VerifyOutcome>;
  hurry(): void;
}

export class Verifications {
  /** Shared by all that read replicas again. */
  readonly lane: LimitFunction;
  readonly #store: Pick<ReplicaStore, 'verify'>;
  readonly #counters: Pick<KeeperCounters, 'verified' | 'verifiedBytes'>;
  readonly #underWay = new Map<FileId, Reading>();

  constructor(
    store: Pick<ReplicaStore, 'verify'>,
    atATime: number,
    counters: Pick<KeeperCounters, 'verified' | 'verifiedBytes'> = new KeeperCounters(),
  ) {
    this.#store = store;
    this.#counters = counters;
    this.lane = pLimit(atATime);
  }

  /** As fast as the disk reads. The caller has a place in the lane. */
  read(fileId: FileId, wanted: Wanted): Promise<VerifyOutcome> {
    const underWay = this.#joined(fileId, wanted);
    if (underWay !== undefined) {
      underWay.hurry();
      return underWay.found;
    }
    return this.#begin(fileId, wanted, 'order', () => Promise.resolve());
  }

  /** Slowly, in a place of the lane; a reading of the replica that is under way will do. */
  readAtLeisure(fileId: FileId, expected: ExpectedBytes, pause: ReadPause): Promise<VerifyOutcome> {
    return this.lane(
      () => this.#joined(fileId, expected)?.found ?? this.#begin(fileId, expected, 'scrub', pause),
    );
  }

  /** A challenge is answered by a reading of its own. */
  #joined(fileId: FileId, { size, digest, challenge }: Wanted): Reading | undefined {
    if (challenge !== undefined) return undefined;
    const reading = this.#underWay.get(fileId);
    return reading?.size === size && reading.digest === digest ? reading : undefined;
  }

  #begin(fileId: FileId, wanted: Wanted, reader: Reader, pause: ReadPause): Promise<VerifyOutcome> {
    const { verified, verifiedBytes } = this.#counters;
    const { challenge } = wanted;
    let hurried = false;
    let toldBytes = 0;
    const found = this.#store.verify(fileId, wanted, {
      ...(challenge && { challenge }),
      pause: async (bytes) => {
        toldBytes += bytes;
        verifiedBytes.add(reader, bytes);
        if (!hurried && this.lane.pendingCount === 0) await pause(bytes);
      },
    });
    const hurry = (): void => {
      hurried = true;
    };
    const reading: Reading = { ...wanted, found, hurry };
    this.#underWay.set(fileId, reading);
    found.then(
      ({ outcome }) => {
        verified.add(`${reader}/${outcome}`);
        // The last part of what was read whole.
        if (outcome === 'sound') verifiedBytes.add(reader, wanted.size - toldBytes);
      },
      () => undefined,
    );
    const end = (): void => {
      if (this.#underWay.get(fileId) === reading) this.#underWay.delete(fileId);
    };
    found.then(end, end);
    return found;
  }
}
