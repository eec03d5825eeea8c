/** Bundles the process in which runs happen, with a planted bug or without. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { bundleSimulator } from '../bundle/bundle.js';
import type { Mutant } from '../mutants/mutant.js';

/** Answers the path of the bundle. */
export async function bundleWorker(mutant?: Mutant): Promise<string> {
  const root = process.cwd();
  const directory = join(root, 'dist/simulation', mutant?.name.replaceAll(/\W+/g, '-') ?? 'plain');
  await mkdir(directory, { recursive: true });
  const outFile = join(directory, 'worker.js');
  const entry = 'test/simulation/worker.ts';
  await bundleSimulator({ root, entry, outFile, patches: mutant?.patches ?? [] });
  return outFile;
}
