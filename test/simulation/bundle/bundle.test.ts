import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundleSimulator } from './bundle.js';
import { applyPatch } from './patches.js';

describe('what production code may touch in a simulation', () => {
  it.each([
    [
      "import { createServer } from 'node:http';\nexport const it = createServer;",
      'node:http, which has no twin',
    ],
    ["import Redis from 'redis';\nexport const it = Redis;", 'redis, which has no twin'],
  ])('does not include %j', async (code, reason) => {
    const root = await repositoryWith(code);

    await expect(bundle(root)).rejects.toThrow(reason);
  });
});

describe('a patch', () => {
  const patch = { file: 'a.ts', from: 'one', to: 'two' };

  it('changes the text that stands there once', () => {
    expect(applyPatch('say one thing', patch)).toBe('say two thing');
  });

  it.each([
    ['say nothing', 'no longer the text'],
    ['one by one', 'more than once'],
  ])('fails on %j', (source, reason) => {
    expect(() => applyPatch(source, patch)).toThrow(reason);
  });
});

const bundle = (root: string): Promise<void> =>
  bundleSimulator({ root, entry: 'src/a.ts', outFile: join(root, 'out.js'), sizes: [] });

async function repositoryWith(code: string): Promise<string> {
  const root = await mkdtemp(join(process.cwd(), 'node_modules/.reelkeep-bundle-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'src'));
  await writeFile(join(root, 'src/a.ts'), "export { it } from './b.js';");
  await writeFile(join(root, 'src/b.ts'), code);
  return root;
}
