/** The lookup table's behavior on a store in memory, asked one message at a time. */

import { runBatch } from '../../../src/actors/lookup-table/batch.js';
import { createTable, type TableState } from '../../../src/actors/lookup-table/behavior.js';
import type {
  InventoryEntry,
  TableMessage,
  TableNotice,
  TableRequests,
  TableRequestType,
} from '../../../src/actors/lookup-table/messages.js';
import type { Answer } from '../../../src/domain/answer.js';
import {
  type Digest,
  digest,
  type FileId,
  fileId,
  type KeeperId,
  keeperId,
  millis,
  type UploadId,
  uploadId,
  wallMs,
} from '../../../src/domain/ids.js';
import { defaultTableLimits, type TableLimits } from '../../../src/domain/table-limits.js';
import { MemoryTableDisk, MemoryTableStore } from '../../simulation/memory-table-store.js';

type Input<Type extends TableRequestType> = TableRequests[Type]['input'];
type Value<Type extends TableRequestType> = TableRequests[Type]['answer'];

export class TableUnderTest {
  readonly disk = new MemoryTableDisk();
  readonly #behavior;
  #store = new MemoryTableStore(this.disk);
  #state: TableState;
  #notices: TableNotice[] = [];
  nowMs = 0;

  constructor(limits: Partial<TableLimits> = {}) {
    this.#behavior = createTable({ ...defaultTableLimits, ...limits });
    this.#state = this.#behavior.initial;
  }

  answer<Type extends TableRequestType>(type: Type, input: Input<Type>): Answer<Value<Type>> {
    const request = { id: 1, message: { type, input } as TableMessage };
    const now = millis(this.nowMs);
    const batch = runBatch(this.#store, this.#behavior, this.#state, [request], now);
    this.#state = batch.state;
    this.#notices.push(...batch.notices);
    return batch.responses[0]?.answer as Answer<Value<Type>>;
  }

  /** For requests that the test expects to be accepted. */
  ask<Type extends TableRequestType>(type: Type, input: Input<Type>): Value<Type> {
    const answer = this.answer(type, input);
    if (!answer.ok) throw new Error(`${type}: ${answer.error.code}, ${answer.error.detail}`);
    return answer.value;
  }

  refusal<Type extends TableRequestType>(type: Type, input: Input<Type>): string {
    const answer = this.answer(type, input);
    return answer.ok ? 'accepted' : answer.error.code;
  }

  /** What was told since this was last called. */
  takeNotices(): readonly TableNotice[] {
    const notices = this.#notices;
    this.#notices = [];
    return notices;
  }

  /** The master's process ends and another one opens the table. */
  restart(): void {
    this.#store = new MemoryTableStore(this.disk);
    this.#state = this.#behavior.initial;
    this.#notices = [];
  }

  /** The same, in the middle of the commit of this request; nobody is told how it ended. */
  crashIn<Type extends TableRequestType>(
    type: Type,
    input: Input<Type>,
    when: 'before' | 'after',
  ): void {
    this.#store.crashInCommit(when);
    try {
      this.answer(type, input);
    } finally {
      this.restart();
    }
  }

  admit(keeper: KeeperId, incarnation = 1): void {
    const address = `${keeper}:7001`;
    const startId = `start ${incarnation}`;
    this.ask('admit keeper', {
      keeper,
      incarnation,
      startId,
      address,
      seen: nothingSeen,
      isDoubted: false,
      isHeard: false,
      at: wallMs(1),
    });
  }

  reserve(upload: Partial<Input<'reserve upload'>> = {}): Value<'reserve upload'> {
    return this.ask('reserve upload', { ...reservation, ...upload });
  }

  store(stored: Partial<Input<'record stored'>> = {}): Value<'record stored'> {
    return this.ask('record stored', { ...report, ...stored });
  }

  /** A copy of the file that `store` commits. */
  copyTo(keeper: KeeperId, incarnation = 1): Value<'record stored'> {
    const { uploadId: _, ...copy } = report;
    return this.ask('record stored', { ...copy, keeper, incarnation });
  }

  /** A file `a` of ten bytes with a sound replica on each keeper. */
  storeFile(keepers: readonly KeeperId[] = [k1]): void {
    const first = { keeper: keepers[0] ?? k1 };
    this.reserve(first);
    this.store(first);
    for (const keeper of keepers.slice(1)) this.copyTo(keeper);
    this.takeNotices();
  }

  inventory(
    keeper: KeeperId,
    incarnation: number,
    entries: readonly InventoryEntry[],
    collect = false,
  ) {
    const at = wallMs(9);
    return this.ask('take inventory', { keeper, incarnation, entries, collect, at });
  }

  /** Keeper, standing and incarnation of each replica of a file, and whether bad bytes lie aside. */
  replicas(id: FileId = f1): readonly string[] {
    const file = this.ask('find file', { fileId: id });
    return (file?.replicas ?? []).map(
      (row) => `${row.keeper} ${row.standing} ${row.incarnation}${row.aside ? ', aside' : ''}`,
    );
  }
}

const nothingSeen = { highestEpoch: 0, highestCommit: 0, terms: [] };
export const k1 = keeperId('k1');
export const k2 = keeperId('k2');
export const k3 = keeperId('k3');
export const k4 = keeperId('k4');
export const f1 = fileIdOf(1);
export const f2 = fileIdOf(2);
export const u1 = uploadIdOf(1);
export const u2 = uploadIdOf(2);
export const good = digestOf(1);
export const bad = digestOf(2);

export const reservation: Input<'reserve upload'> = {
  uploadId: u1,
  newFileId: f1,
  name: 'a',
  size: 10,
  target: 3,
  acks: 1,
  replace: false,
  keeper: k1,
  at: wallMs(5),
};

export const report: Input<'record stored'> = {
  keeper: k1,
  incarnation: 1,
  uploadId: u1,
  fileId: f1,
  size: 10,
  digest: good,
  mp4: { kind: 'not mp4' },
  at: wallMs(7),
};

export const entry: InventoryEntry = {
  fileId: f1,
  size: 10,
  digest: good,
  uploadId: u1,
  quarantined: false,
  aside: false,
};

export const types = (notices: readonly TableNotice[]): readonly string[] =>
  notices.map((notice) => notice.type);

export function fileIdOf(number: number): FileId {
  return fileId(number.toString(16).padStart(32, '0'));
}

export function uploadIdOf(number: number): UploadId {
  return uploadId(number.toString(16).padStart(32, 'a'));
}

export function digestOf(number: number): Digest {
  return digest(number.toString(16).padStart(64, '0'));
}
