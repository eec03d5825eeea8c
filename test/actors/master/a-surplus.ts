/** A file with one replica too many, in a master's world without threads. */
import { expect } from 'vitest';
import { Dispatcher } from '../../../src/actors/master/dispatcher.js';
import type { FileId, KeeperId } from '../../../src/domain/ids.js';
import { f1, fileIdOf, k1, k2, k3, k4, uploadIdOf } from '../lookup-table/table-under-test.js';
import { AWorld } from './a-world.js';

export const stayers = [k1, k2, k3];
export const all = [...stayers, k4];

export const refused = { type: 'drop ended', fileId: f1, keeper: k4, outcome: 'refused' };

interface Setting {
  readonly target?: number;
  readonly files?: number;
  readonly why?: 'surplus' | 'quarantined';
}

/** Files of the target with sound replicas on four keepers; the last one's is ordered to go. */
export function aSurplus({ target = 3, files = 1, why = 'surplus' }: Setting = {}) {
  const at = new AWorld();
  for (const keeper of [...stayers, k4]) at.join(keeper);
  for (let file = 1; file <= files; file += 1) store(at, fileIdOf(file), target);
  at.table.takeNotices();
  const dispatcher = new Dispatcher(at.world);
  const staying = stayers.map((keeper) => ({ keeper, incarnation: 1 }));
  const drop = {
    keeper: k4,
    incarnation: 1,
    why,
    staying,
    verifyWithinMs: 50_000,
  } as const;
  const orderDrop = (fileId: FileId = f1): void =>
    dispatcher.onLoopEffect({ type: 'drop', fileId, ...drop });
  return { at, orderDrop };
}

function store(at: AWorld, newFileId: FileId, target: number): void {
  const uploadId = uploadIdOf(Number.parseInt(newFileId, 16));
  const name = newFileId === f1 ? 'a' : newFileId;
  at.table.reserve({ uploadId, newFileId, name, target });
  at.table.store({ uploadId, fileId: newFileId });
  for (const keeper of [k2, k3, k4]) copyTo(at, newFileId, keeper);
}

function copyTo(at: AWorld, fileId: FileId, keeper: KeeperId): void {
  const file = at.table.ask('find file', { fileId });
  if (file === null) throw new Error('the file has been stored');
  const { size, digest, mp4 } = file;
  at.table.ask('record stored', {
    ...{ keeper, incarnation: 1, fileId, size, digest, mp4, at: at.world.wallMs() },
  });
}

export function expectRefused(at: AWorld): void {
  expect(at.toLoop).toContainEqual(refused);
  expect(at.orders(k4)).not.toContain(`drop ${f1}`);
  expect(at.table.replicas()).toContain('k4 sound 1');
}

export const expectDropped = (at: AWorld): void =>
  expect(at.orders(k4)).toEqual([`verify ${f1}`, `drop ${f1}`]);
