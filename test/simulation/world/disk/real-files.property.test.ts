import * as real from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, expect, it } from 'vitest';
import { seed } from '../../../seed.js';
import { DiskRun } from './a-disk-run.js';
import * as twin from './fs-promises.js';

const roots: string[] = [];
let run: DiskRun | undefined;
afterEach(() => run?.end());
afterAll(() => Promise.all(roots.map((root) => real.rm(root, { recursive: true }))));

type Handle = {
  close(): Promise<void>;
  read(into: Buffer, offset: number, length: number, at: number | null): Promise<object>;
  write(text: string, at: number | null): Promise<object>;
  writeFile(text: string): Promise<void>;
  readFile(): Promise<Buffer>;
  truncate(size: number): Promise<void>;
  stat(): Promise<Shape>;
};
type Shape = {
  size: number;
  nlink: number;
  isFile(): boolean;
  isDirectory(): boolean;
};
/** What both have. */
interface Files {
  open(path: string, flags: string | number): Promise<Handle>;
  stat(path: string): Promise<Shape>;
  lstat(path: string): Promise<Shape>;
  readdir(path: string, options: { withFileTypes: true }): Promise<Entry[]>;
  mkdir(path: string, options: { recursive: boolean }): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rm(path: string, options: { recursive: boolean; force: boolean }): Promise<void>;
  realpath(path: string): Promise<string>;
}
type Entry = { name: string; isFile(): boolean; isDirectory(): boolean };

interface Computer {
  readonly files: Files;
  readonly root: string;
  readonly handles: Map<number, Handle>;
}

type Step = (computer: Computer) => Promise<unknown>;

it('answers what the real file system answers', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step(), { minLength: 1, maxLength: 40, size: 'max' }),
      async (steps) => {
        const root = await mkdtemp(join(tmpdir(), 'twin-'));
        roots.push(root);
        run?.end();
        run = new DiskRun();
        await run.run(() => twin.mkdir(root, { recursive: true }).then(() => undefined));
        const expected = await answers(steps, { files: real as Files, root, handles: new Map() });

        const found = await run.run(() =>
          answers(steps, { files: twin as Files, root, handles: new Map() }),
        );

        expect(found).toEqual(expected);
      },
    ),
    { seed, numRuns: 100 },
  );
});

async function answers(steps: readonly Step[], computer: Computer): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const take of steps) found.push(await take(computer).catch(told));
  for (const handle of computer.handles.values()) await handle.close();
  return found;
}

function told(error: NodeJS.ErrnoException & { dest?: string }): unknown {
  const { code, errno, message, syscall, path, dest } = error;
  if (code === undefined) throw error;
  return { code, errno, message, syscall, path, dest };
}

const names = ['a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/a', 'x/a', 'd/../b', 'd//a', './d'];
const path = () => fc.constantFrom(...names).map((name) => (at: Computer) => `${at.root}/${name}`);
const flags = () =>
  fc.constantFrom('r', 'r+', 'w', 'wx', 'w+', 'a', 'a+', real.constants.O_DIRECTORY);
const slot = () => fc.integer({ min: 0, max: 2 });
const at = () => fc.option(fc.integer({ min: 0, max: 30 }), { nil: null });

function step(): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.tuple(path(), flags(), slot()).map(open) },
    { weight: 6, arbitrary: fc.tuple(slot(), handleWork()).map(use) },
    {
      weight: 2,
      arbitrary: fc.tuple(path(), fc.boolean()).map(
        ([where, recursive]): Step =>
          (c) =>
            c.files.mkdir(where(c), { recursive }).then((made) => made && resolve(made)),
      ),
    },
    { weight: 8, arbitrary: fc.tuple(path(), path(), pathWork()).map(onPaths) },
  );
}

function open([where, how, into]: [(at: Computer) => string, string | number, number]): Step {
  return async (c) => {
    const handle = await c.files.open(where(c), how);
    await c.handles.get(into)?.close();
    c.handles.set(into, handle);
    return 'open';
  };
}

function use([from, work]: [number, (handle: Handle) => Promise<unknown>]): Step {
  return async ({ handles }) => {
    const handle = handles.get(from);
    return handle === undefined ? 'none' : work(handle);
  };
}

function handleWork(): fc.Arbitrary<(handle: Handle) => Promise<unknown>> {
  return fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 40 }), at()).map(
      ([length, position]) =>
        (h: Handle) =>
          h.read(Buffer.alloc(length), 0, length, position),
    ),
    fc.tuple(fc.string({ minLength: 1, maxLength: 40 }), at()).map(
      ([text, position]) =>
        (h: Handle) =>
          h.write(text, position),
    ),
    fc.string({ maxLength: 20 }).map((text) => (h: Handle) => h.writeFile(text)),
    fc.integer({ min: 0, max: 50 }).map((size) => (h: Handle) => h.truncate(size)),
    fc.constant((h: Handle) => h.readFile()),
    fc.constant((h: Handle) => h.stat().then(shape)),
    fc.constant((h: Handle) => h.close()),
  );
}

type PathWork = (files: Files, one: string, other: string) => Promise<unknown>;

function onPaths([one, other, work]: [
  (at: Computer) => string,
  (at: Computer) => string,
  PathWork,
]): Step {
  return (c) => work(c.files, one(c), other(c));
}

function pathWork(): fc.Arbitrary<PathWork> {
  return fc.constantFrom<PathWork[]>(
    (files, one) => files.stat(one).then(shape),
    (files, one) => files.lstat(one).then(shape),
    (files, one) => files.readdir(one, { withFileTypes: true }).then(entries),
    (files, one, other) => files.rename(one, other),
    (files, one, other) => files.rename(one, other),
    (files, one, other) => files.link(one, other),
    (files, one) => files.unlink(one),
    (files, one) => files.rm(one, { recursive: false, force: false }),
    (files, one) => files.rm(one, { recursive: true, force: true }),
    (files, one) => files.realpath(one),
  );
}

const shape = (stats: Shape) => ({
  isFile: stats.isFile(),
  isDirectory: stats.isDirectory(),
  ...(stats.isFile() ? { size: stats.size, links: stats.nlink } : {}),
});

const entries = (found: readonly Entry[]) =>
  found.map((entry) => `${entry.name} ${entry.isFile()} ${entry.isDirectory()}`).sort();
