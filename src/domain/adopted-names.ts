/**
 * Which names files have that are found again on keepers' disks.
 *
 * A manifest remembers the name of the upload, and several files may have had one name: it was
 * replaced, or renamed, which changes the table alone. The file that was created last has it; each
 * of the others gets a name of its own with the file id in it, so that nothing is lost and all
 * orders in which keepers come end alike. Names that could not be given today are not given again.
 */
import type { FileRecord } from './file-record.js';
import type { FileId } from './ids.js';
import { acceptName, fitsName } from './names.js';

/** Hex digits of the file id in a name of its own: the first that is free. */
const idDigits = [8, 32] as const;

/** What a file that is adopted should be called. */
export function nameToAdopt(name: string, fileId: FileId): string {
  const verdict = acceptName(name);
  return verdict.ok ? verdict.name : `recovered/${fileId}.mp4`;
}

/** Whether the first of two files that claim a name has it. */
export const hasName = (
  one: Pick<FileRecord, 'fileId' | 'createdAt'>,
  other: Pick<FileRecord, 'fileId' | 'createdAt'>,
): boolean =>
  one.createdAt === other.createdAt ? one.fileId > other.fileId : one.createdAt > other.createdAt;

/** Names of a file's own that could stand for the one that it claims, without end, best first. */
export function* ownNames(claimed: string, fileId: FileId): Generator<string> {
  for (const digits of idDigits) {
    const verdict = acceptName(withId(claimed, fileId.slice(0, digits)));
    if (verdict.ok) yield verdict.name;
  }
  yield `recovered/${fileId}.mp4`;
  for (let number = 2; ; number += 1) yield `recovered/${fileId}.${number}.mp4`;
}

/** `films/a.mp4` becomes `films/a.<id>.mp4`, its middle cut to what fits. */
function withId(name: string, id: string): string {
  const dot = name.lastIndexOf('.');
  const hasEnding = dot > name.lastIndexOf('/') + 1 && fitsName(name.slice(dot) + id);
  const ending = `.${id}${hasEnding ? name.slice(dot) : ''}`;
  const characters = Array.from(hasEnding ? name.slice(0, dot) : name);
  while (characters.length > 0 && !fitsName(characters.join('') + ending)) characters.pop();
  return characters.join('') + ending;
}
