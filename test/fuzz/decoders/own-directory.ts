/** Directories for decoders that read files, for as long as this process lives or needs them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const made: string[] = [];

export function ownDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `reelkeep-fuzz-${name}-`));
  if (made.push(directory) === 1) process.once('exit', removeOwnDirectories);
  return directory;
}

/** For a process that is ended from outside, as those of tests are. */
export function removeOwnDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}
