import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { seed } from '../../../seed.js';
import { DiskRun } from './a-disk-run.js';
import { constants } from './fs.js';
import * as fs from './fs-promises.js';

let run: DiskRun | undefined;
afterEach(() => run?.end());

type Step = () => Promise<unknown>;

it('keeps through a power cut whatever was certain before, whole', async () => {
  await fc.assert(
    fc.asyncProperty(steps(), fc.nat(), async (taken, chanceSeed) => {
      const disk = await afterSteps(taken, chanceSeed);
      const certain = allPaths.map((path) => [path, disk().durable(path)] as const);
      const names = directories.map((path) => [path, disk().listDurable(path)] as const);

      run?.powerCut();

      for (const [path, bytes] of certain)
        if (bytes !== undefined) expect(disk().written(path)).toEqual(bytes);
      for (const [path, known] of names)
        for (const name of known) expect(disk().list(path)).toContain(name);
    }),
    { seed, numRuns: 400 },
  );
});

it('keeps what was synced with its directories and not touched again', async () => {
  await fc.assert(
    fc.asyncProperty(steps(), steps(), fc.nat(), async (before, after, chanceSeed) => {
      const disk = await afterSteps(before, chanceSeed);
      await run?.run(() => keep('/kept', 'of the utmost importance'));
      await runAll(after);

      run?.powerCut();

      expect(String(disk().written('/kept'))).toBe('of the utmost importance');
    }),
    { seed, numRuns: 200 },
  );
});

it('leaves files whose bytes were written there, or are zero', async () => {
  await fc.assert(
    fc.asyncProperty(steps(), fc.nat(), async (taken, chanceSeed) => {
      const disk = await afterSteps(taken, chanceSeed);

      run?.powerCut();

      // Every step writes at each offset the letter that belongs there.
      for (const path of allPaths) {
        const bytes = disk().written(path) ?? Buffer.alloc(0);
        const legal = [...bytes].every((byte, offset) => byte === 0 || byte === letterAt(offset));
        expect(legal, `${path}: ${bytes.toString('latin1')}`).toBe(true);
      }
      for (const path of directories) expect(disk().list(path)).toEqual(disk().listDurable(path));
    }),
    { seed, numRuns: 400 },
  );
});

it('moves a file once, or not at all', async () => {
  const seen = new Set<string>();
  for (let chanceSeed = 0; chanceSeed < 60; chanceSeed += 1) {
    const disk = await afterSteps([], chanceSeed);
    await run?.run(() => keep('/a', 'moved'));
    await run?.run(() => fs.rename('/a', '/d/a'));
    if (chanceSeed % 2 === 0) await run?.run(() => syncPath('/d'));

    run?.powerCut();

    const found = `${disk().written('/a') ?? ''}|${disk().written('/d/a') ?? ''}`;
    expect(found).toBeOneOf(chanceSeed % 2 === 0 ? ['|moved'] : ['|moved', 'moved|']);
    seen.add(found);
  }

  expect(seen.size).toBe(2);
});

const directories = ['/', '/d', '/d/e', '/x'];
const allPaths = directories.flatMap((path) => ['a', 'b', 'c'].map((name) => join(path, name)));

function steps(): fc.Arbitrary<Step[]> {
  const path = fc.constantFrom(...allPaths);
  const place = fc.constantFrom('/d', '/d/e', '/x', '/x/e', '/d/x', ...allPaths);
  const step = fc.oneof(
    fc.tuple(path, fc.nat(40), fc.integer({ min: 1, max: 30 })).map(write),
    fc.tuple(path, fc.nat(40)).map(cut),
    fc.tuple(place, place).map(
      ([from, to]): Step =>
        () =>
          fs.rename(from, to),
    ),
    fc.tuple(path, path).map(
      ([from, to]): Step =>
        () =>
          fs.link(from, to),
    ),
    path.map(
      (at): Step =>
        () =>
          fs.unlink(at),
    ),
    place.map(
      (at): Step =>
        () =>
          fs.rm(at, { recursive: true }),
    ),
    place.map(
      (at): Step =>
        () =>
          fs.mkdir(at),
    ),
    place.map(
      (at): Step =>
        () =>
          syncPath(at),
    ),
    fc.constantFrom(...directories).map(
      (at): Step =>
        () =>
          syncPath(at),
    ),
  );
  return fc.array(step, { maxLength: 40, size: 'max' });
}

async function afterSteps(taken: readonly Step[], chanceSeed: number) {
  run?.end();
  const made = new DiskRun({ seed: chanceSeed });
  run = made;
  await runAll([() => fs.mkdir('/d'), () => fs.mkdir('/d/e'), () => fs.mkdir('/x')]);
  await runAll([() => syncPath('/'), () => syncPath('/d')]);
  await runAll(taken);
  return () => made.disk;
}

const runAll = (taken: readonly Step[]): Promise<void> | undefined =>
  run?.run(async () => {
    for (const step of taken) await step().catch(ignoreRefusal);
  });

function ignoreRefusal(error: NodeJS.ErrnoException): void {
  if (error.code === undefined) throw error;
}

function write([path, offset, length]: [string, number, number]): Step {
  return async () => {
    const flags = constants.O_RDWR | constants.O_CREAT;
    const handle = await fs.open(path, flags);
    const bytes = Uint8Array.from({ length }, (_, index) => letterAt(offset + index));
    await handle.write(bytes, 0, length, offset);
    await handle.close();
  };
}

function cut([path, size]: [string, number]): Step {
  return async () => {
    const handle = await fs.open(path, 'r+');
    await handle.truncate(size);
    await handle.close();
  };
}

async function keep(path: string, text: string): Promise<void> {
  const handle = await fs.open(path, 'w');
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  await syncPath('/');
}

async function syncPath(path: string): Promise<void> {
  const handle = await fs.open(path, 'r');
  await handle.sync();
  await handle.close();
}

const letterAt = (offset: number): number => 97 + (offset % 26);

function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
