/** A directory for as long as this process lives, for decoders that read files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

export function ownDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `reelkeep-fuzz-${name}-`));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
