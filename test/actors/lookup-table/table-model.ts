/**
 * A few keepers with disks, some clients and a table, and what a person would say of them:
 * which name has which bytes, and who still owes the confirmation of a deletion.
 */

import type { InventoryEntry, TableRequests } from '../../../src/actors/lookup-table/messages.js';
import type { Digest, FileId, KeeperId, UploadId } from '../../../src/domain/ids.js';
import { keeperId, wallMs } from '../../../src/domain/ids.js';
import { digestOf, fileIdOf, TableUnderTest, uploadIdOf } from './table-under-test.js';

interface ModelUpload {
  readonly name: string;
  readonly fileId: FileId;
  readonly digest: Digest;
  readonly replace: boolean;
  readonly acks: number;
  acked: boolean;
}

interface ModelKeeper {
  incarnation: number;
  readonly disk: Map<FileId, InventoryEntry>;
}

const size = 10;
const target = 2;

export class TableModel {
  readonly table = new TableUnderTest({ endedUploadsMax: 1000, tickGapMaxMs: 60_000 });
  readonly names = new Map<string, { readonly fileId: FileId; readonly digest: Digest }>();
  readonly uploads = new Map<UploadId, ModelUpload>();
  /** Deleted files, each with the keepers that have not confirmed. */
  readonly owed = new Map<FileId, Set<KeeperId>>();
  readonly keepers = new Map<KeeperId, ModelKeeper>();

  constructor() {
    for (const number of [1, 2, 3, 4]) {
      const keeper = keeperId(`k${number}`);
      this.keepers.set(keeper, { incarnation: 1, disk: new Map() });
      this.table.admit(keeper);
    }
  }

  reservation(
    uploadId: UploadId,
    { name, fileId, replace, acks }: ModelUpload,
    keeper = keeperId('k1'),
  ): TableRequests['reserve upload']['input'] {
    const wish = { uploadId, newFileId: fileId, name, size, target, acks, replace };
    return { ...wish, keeper, at: wallMs(1) };
  }

  begin(number: number, name: string, replace: boolean, acks: number, keeper: KeeperId): void {
    const uploadId = uploadIdOf(number);
    if (this.uploads.has(uploadId)) return;
    const fileId = fileIdOf(number);
    const digest = digestOf(number);
    const upload = { name, fileId, digest, replace, acks, acked: false };
    const asked = this.reservation(uploadId, upload, keeper);
    if (this.table.answer('reserve upload', asked).ok) this.uploads.set(uploadId, upload);
  }

  /** The keeper has the upload's bytes on its disk; its report may be lost on the way. */
  receive(number: number, keeper: KeeperId, report: 'arrives' | 'is lost'): void {
    const uploadId = uploadIdOf(number);
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) return;
    const { fileId, digest } = upload;
    // Its client asked for another keeper, and was sent here.
    this.table.answer('reserve upload', this.reservation(uploadId, upload, keeper));
    this.#write(keeper, { fileId, size, digest, uploadId });
    if (report === 'arrives') this.#reportStored(keeper, fileId, digest, uploadId);
  }

  /** The keeper has fetched the file from another; the copy may have begun before a deletion. */
  copy(number: number, keeper: KeeperId): void {
    const uploadId = uploadIdOf(number);
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) return;
    const { fileId, digest } = upload;
    this.#write(keeper, { fileId, size, digest, uploadId });
    this.#reportStored(keeper, fileId, digest);
  }

  remove(name: string): void {
    const file = this.names.get(name);
    const holders = file && this.#holders(file.fileId);
    const answer = this.table.answer('remove file', { name, at: wallMs(2) });
    if (file === undefined || holders === undefined || !answer.ok) return;
    this.names.delete(name);
    this.owed.set(file.fileId, holders);
  }

  rename(name: string, newName: string): void {
    const file = this.names.get(name);
    const answer = this.table.answer('rename file', { name, newName });
    if (!answer.ok || file === undefined) return;
    this.names.delete(name);
    this.names.set(newName, file);
  }

  restartKeeper(keeper: KeeperId): void {
    const known = this.#keeper(keeper);
    known.incarnation += 1;
    this.table.admit(keeper, known.incarnation);
  }

  reportInventory(keeper: KeeperId, collect: boolean): void {
    const known = this.#keeper(keeper);
    this.table.inventory(keeper, known.incarnation, [...known.disk.values()], collect);
    this.table.ask('close inventory', { keeper, incarnation: known.incarnation, takenIn: false });
  }

  confirmDrops(keeper: KeeperId): void {
    const { incarnation, disk } = this.#keeper(keeper);
    const { fileIds } = this.table.ask('drops due', { keeper, limit: 1000 });
    for (const fileId of fileIds) disk.delete(fileId);
    this.table.ask('record dropped', { keeper, incarnation, fileIds, quarantinedOnly: false });
    for (const fileId of fileIds) this.owed.get(fileId)?.delete(keeper);
  }

  rot(keeper: KeeperId, fileId: FileId): void {
    const { incarnation, disk } = this.#keeper(keeper);
    const found = disk.get(fileId);
    const outcome = found === undefined ? 'absent' : 'quarantined';
    if (found !== undefined) disk.set(fileId, { ...found, quarantined: true, aside: false });
    const at = wallMs(3);
    this.table.ask('record verified', { keeper, incarnation, fileId, outcome, at });
  }

  incarnationOf(keeper: KeeperId): number {
    return this.#keeper(keeper).incarnation;
  }

  /** Off the disk and confirmed, after the table has agreed. */
  drop(keeper: KeeperId, fileId: FileId): void {
    const { incarnation, disk } = this.#keeper(keeper);
    disk.delete(fileId);
    this.table.ask('record dropped', {
      keeper,
      incarnation,
      fileIds: [fileId],
      quarantinedOnly: false,
    });
  }

  /** What was set aside is off the disk, and confirmed, after the table has agreed. */
  dropAside(keeper: KeeperId, fileId: FileId): void {
    const { incarnation, disk } = this.#keeper(keeper);
    const found = disk.get(fileId);
    if (found?.quarantined) disk.delete(fileId);
    else if (found !== undefined) disk.set(fileId, { ...found, aside: false });
    const dropped = { keeper, incarnation, fileIds: [fileId], quarantinedOnly: true };
    this.table.ask('record dropped', dropped);
  }

  /** Beside bad bytes of the same file, if there are any. */
  #write(keeper: KeeperId, whole: Omit<InventoryEntry, 'quarantined' | 'aside'>): void {
    const disk = this.#disk(keeper);
    const before = disk.get(whole.fileId);
    const aside = before !== undefined && (before.quarantined || before.aside);
    disk.set(whole.fileId, { ...whole, quarantined: false, aside });
  }

  #reportStored(keeper: KeeperId, fileId: FileId, digest: Digest, uploadId?: UploadId): void {
    const upload = uploadId && this.uploads.get(uploadId);
    const old = upload && this.names.get(upload.name);
    const holders = old && this.#holders(old.fileId);
    const isNew = this.table.ask('find file', { fileId }) === null;
    const stored = { keeper, incarnation: this.incarnationOf(keeper), fileId, size, digest };
    const verdict = this.table.ask('record stored', {
      ...stored,
      ...(uploadId && { uploadId }),
      mp4: { kind: 'not mp4' },
      at: wallMs(2),
    });
    if (!verdict.accepted) this.#disk(keeper).delete(fileId);
    if (!verdict.accepted || !isNew || !upload) return;
    if (old !== undefined && holders !== undefined) this.owed.set(old.fileId, holders);
    this.names.set(upload.name, { fileId, digest });
  }

  #holders(fileId: FileId): Set<KeeperId> {
    const file = this.table.ask('find file', { fileId });
    return new Set(file?.replicas.map((row) => row.keeper));
  }

  #keeper(keeper: KeeperId): ModelKeeper {
    const known = this.keepers.get(keeper);
    if (known === undefined) throw new Error(`no keeper ${keeper}`);
    return known;
  }

  #disk(keeper: KeeperId): Map<FileId, InventoryEntry> {
    return this.#keeper(keeper).disk;
  }
}
