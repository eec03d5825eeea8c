/**
 * Makes one module of the simulator and the production code that runs in it.
 *
 * The production code is bundled as it is, but for three things: what it imports of the real world
 * is resolved to a twin, globals such as `setTimeout` are those of the twin of the clock, and
 * patches change the text that they name. An import that is neither of a twin nor known to be
 * harmless is an error.
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { applyPatch, type Patch } from './patches.js';
import { smallWorld } from './small-world.js';
import { bundled, globals, harmless, twins } from './twins.js';

export interface BundleOptions {
  /** Of the repository. */
  readonly root: string;
  /** What is exported, from `root`. */
  readonly entry: string;
  /** The module that is written. */
  readonly outFile: string;
  /** Those that make the world small, unless given. */
  readonly sizes?: readonly Patch[];
  /** On top of those. */
  readonly patches?: readonly Patch[];
}

export async function bundleSimulator(options: BundleOptions): Promise<void> {
  const { root, entry, outFile, sizes = smallWorld, patches = [] } = options;
  const build = await rolldown({
    input: join(root, entry),
    platform: 'node',
    transform: { inject: injected(join(root, 'test/simulation/world')) },
    plugins: [twinsPlugin(root), patchesPlugin(root, [...sizes, ...patches])],
    onLog: (level, log, handle) => {
      if (level === 'warn') throw new Error(`bundling the simulator: ${log.message}`);
      handle(level, log);
    },
  });
  await build.write({ file: outFile, format: 'esm', sourcemap: true, codeSplitting: false });
  await build.close();
}

function twinsPlugin(root: string): Plugin {
  const world = join(root, 'test/simulation/world');
  const isSimulated = (importer: string | undefined): importer is string =>
    importer !== undefined &&
    (importer.startsWith(join(root, 'src/')) || isBundledPackage(importer));
  return {
    name: 'twins',
    resolveId(source, importer) {
      if (!isPackage(source)) return null;
      if (isSimulated(importer)) return resolveSimulated(source, relative(root, importer), world);
      // The simulator itself stands in the real world.
      return isBundled(source) ? null : { id: source, external: true };
    },
  };
}

function resolveSimulated(source: string, importer: string, world: string) {
  const twin = twins[source] ?? twins[`node:${source}`];
  if (twin !== undefined) return join(world, twin);
  if (harmless.has(source)) return { id: source, external: true };
  if (isBundled(source)) return null;
  throw new Error(`${importer} imports ${source}, which has no twin`);
}

function patchesPlugin(root: string, patches: readonly Patch[]): Plugin {
  const due = new Set(patches);
  return {
    name: 'patches',
    async load(id) {
      const here = patches.filter(({ file }) => join(root, file) === id);
      if (here.length === 0) return null;
      for (const patch of here) due.delete(patch);
      return { code: here.reduce(applyPatch, await readFile(id, 'utf8')) };
    },
    buildEnd() {
      for (const { file } of due) throw new Error(`${file}, which a patch changes, is not bundled`);
    },
  };
}

const injected = (world: string): Record<string, [string, string]> => ({
  ...Object.fromEntries(
    Object.entries(globals).map(([name, file]) => [name, [join(world, file), name]] as const),
  ),
  'Math.random': [join(world, 'traps.ts'), 'random'],
});

const isPackage = (source: string): boolean => !source.startsWith('.') && !source.startsWith('/');

const isBundled = (source: string): boolean =>
  bundled.some((name) => source === name || source.startsWith(`${name}/`));

const isBundledPackage = (path: string): boolean =>
  bundled.some((name) => path.includes(`/node_modules/${name}/`));
