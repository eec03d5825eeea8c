import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

interface Cruise {
  readonly summary: { readonly totalCruised: number; readonly violations: readonly unknown[] };
  readonly modules: readonly { readonly source: string }[];
}

describe('the structure of the code', () => {
  it('is the one that ARCHITECTURE.md draws: no cycle, and imports that point downwards', {
    timeout: 60_000,
  }, async () => {
    const { summary, modules } = await cruise();

    // A cruiser that saw nothing would find nothing.
    const seen = modules.filter(({ source }) => source.startsWith('src/')).length;
    expect(seen).toBeGreaterThan(200);
    expect(summary.violations).toEqual([]);
  });

  it('has the rooms that ARCHITECTURE.md names, and no other', async () => {
    const page = await readFile(`${root}ARCHITECTURE.md`, 'utf8');
    const named = [...page.matchAll(/^\| `src\/([a-z]+)` \|/gm)].map(([, room]) => room);

    expect((await readdir(`${root}src`)).sort()).toEqual(named.sort());
  });

  it('is explained in no more than 200 lines', async () => {
    const page = await readFile(`${root}ARCHITECTURE.md`, 'utf8');

    expect(page.split('\n').length).toBeLessThanOrEqual(200);
  });
});

async function cruise(): Promise<Cruise> {
  const cruiser = `${root}node_modules/dependency-cruiser/bin/dependency-cruise.mjs`;
  const args = [cruiser, '--output-type', 'json', 'src', 'bin', 'test'];
  const options = { cwd: root, maxBuffer: 256 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return JSON.parse(stdout) as Cruise;
}
