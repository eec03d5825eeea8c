/** The files that were dropped or chosen, folders walked, under the names that they would have. */
import { tell } from '../news.js';
import type { NamedFile } from './named-file.js';
import { addUploads } from './queue.js';

const depthMax = 16;
const filesMax = 1000;

export function takeFiles(files: Iterable<File>, into: string): void {
  takeIn(
    Array.from(files, (file) => ({ name: into + (file.webkitRelativePath || file.name), file })),
  );
}

export async function takeDropped(items: DataTransferItemList, into: string): Promise<void> {
  // The list is empty once the event is over, so everything is taken out of it first.
  const taken = Array.from(items, (item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const named: NamedFile[] = [];
  for (const one of taken)
    if (one instanceof File) named.push({ name: into + one.name, file: one });
    else if (one !== null) await walk(one, into, 0, named);
  takeIn(named);
}

function takeIn(named: readonly NamedFile[]): void {
  const films = named.filter(({ name }) => isFilm(name));
  const others = named.length - films.length;
  addUploads(films);
  if (others > 0)
    tell(`${others === 1 ? 'One file is' : `${others} files are`} no mp4, and left out.`, 'bad');
}

const isFilm = (name: string): boolean => /\.(mp4|m4v)$/i.test(name);

async function walk(
  entry: FileSystemEntry,
  into: string,
  depth: number,
  named: NamedFile[],
): Promise<void> {
  if (named.length >= filesMax || depth > depthMax) return;
  const name = into + entry.name;
  if (isFile(entry)) named.push({ name, file: await fileOf(entry) });
  else if (isFolder(entry))
    for await (const inside of entriesOf(entry)) await walk(inside, `${name}/`, depth + 1, named);
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function* entriesOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader();
  const read = (): Promise<FileSystemEntry[]> =>
    new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  for (let page = await read(); page.length > 0; page = await read()) yield* page;
}
