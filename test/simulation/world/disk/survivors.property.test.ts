import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { seed } from '../../../seed.js';
import { DiskRun } from './a-disk-run.js';
import { constants } from './fs.js';
import * as fs from './fs-promises.js';
import type { SimDisk } from './sim-disk.js';

let run: DiskRun | undefined;
afterEach(() => run?.end());

type Step = () => Promise<unknown>;

const contents = ['one', 'two', 'three'];

it('loses no file that was only given other names, and no directory on the way to it', async () => {
  await fc.assert(
    fc.asyncProperty(steps(), fc.nat(), async (taken, chanceSeed) => {
      run?.end();
      const made = new DiskRun({ seed: chanceSeed });
      run = made;
      for (const path of ['/a/a/b', '/b/a/b', '/b/b'])
        made.disk.replaceBytes(path, Buffer.alloc(0));
      for (const [index, text] of contents.entries())
        made.disk.replaceBytes(`${['/a', '/a/a', '/b'][index]}/c`, Buffer.from(text));
      await made.run(async () => {
        for (const step of taken) await step().catch(ignoreRefusal);
      });

      made.powerCut();

      expect([...textsIn(made.disk, '/')]).toEqual(expect.arrayContaining(contents));
    }),
    { seed, numRuns: 400 },
  );
});

it('never leaves two directories in one another, and in nothing else', async () => {
  for (let chanceSeed = 0; chanceSeed < 100; chanceSeed += 1) {
    run?.end();
    const made = new DiskRun({ seed: chanceSeed });
    run = made;
    for (const path of ['/a/of-a', '/b/of-b']) made.disk.replaceBytes(path, Buffer.from(path));
    await made.run(async () => {
      await fs.rename('/b', '/a/b');
      await fs.rename('/a/b', '/b');
      await fs.rename('/a', '/b/a');
    });

    made.powerCut();

    expect([...textsIn(made.disk, '/')].sort()).toEqual(['/a/of-a', '/b/of-b']);
  }
});

function steps(): fc.Arbitrary<Step[]> {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    .map((names) => `/${names.join('/')}`);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(path, path).map(moveAside) },
    { weight: 2, arbitrary: fc.tuple(path, path).map(nameAgain) },
    {
      weight: 1,
      arbitrary: path.map(
        (at): Step =>
          () =>
            fs.open(at, 'wx').then((made) => made.close()),
      ),
    },
    {
      weight: 2,
      arbitrary: path.map(makeDurably),
    },
    {
      weight: 2,
      arbitrary: path.map(
        (at): Step =>
          () =>
            syncDirectory(at),
      ),
    },
  );
  return fc.array(step, { maxLength: 30, size: 'max' });
}

/** What is moved into a directory that a power cut may take is lost with it. */
function makeDurably(path: string): Step {
  return async () => {
    await fs.mkdir(path);
    await syncDirectory(dirname(path));
  };
}

/** Over an empty directory at the most. */
function moveAside([from, to]: [string, string]): Step {
  return async () => {
    const found = await fs.lstat(to).catch(() => undefined);
    if (found?.isFile() !== true) await fs.rename(from, to);
  };
}

function nameAgain([from, to]: [string, string]): Step {
  return async () => {
    await fs.link(from, to);
    await fs.unlink(from);
  };
}

function* textsIn(disk: SimDisk, directory: string, depth = 0): Generator<string> {
  expect(depth).toBeLessThan(50);
  for (const name of disk.list(directory)) {
    const path = `${directory}/${name}`;
    const bytes = disk.written(path);
    if (bytes === undefined) yield* textsIn(disk, path, depth + 1);
    else yield String(bytes);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await fs.open(path, constants.O_DIRECTORY);
  await handle.sync();
  await handle.close();
}

function ignoreRefusal(error: NodeJS.ErrnoException): void {
  if (error.code === undefined) throw error;
}
