/** The simulator for a test: bundled, so that what runs in it is cut off from the real world. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleSimulator } from './bundle/bundle.js';
import type * as Simulator from './simulator.js';

export async function loadSimulator(): Promise<typeof Simulator> {
  const root = process.cwd();
  // Below the repository, so that packages are found.
  const directory = await mkdtemp(join(root, 'node_modules/.reelkeep-simulator-'));
  try {
    const outFile = join(directory, 'simulator.js');
    await bundleSimulator({ root, entry: 'test/simulation/simulator.ts', outFile });
    return (await import(/* @vite-ignore */ outFile)) as typeof Simulator;
  } finally {
    await rm(directory, { recursive: true });
  }
}
