/**
 * What `npm run build` bundles: the programs and threads that begin and end often.
 *
 * A command of the client is over in less time than Node takes to find and read the hundreds of
 * files that it is made of; so is the first task of a pool thread, above all with the demuxer, of
 * which it needs a tenth. Servers start once and are left as they are.
 */
import { defineConfig, type OutputOptions } from 'rolldown';

/** Native code, and what finds its own files by where it lies. */
const external = ['@napi-rs/blake-hash', 'fs-native-extensions', 'piscina', /^#/];

const into = (dir: string, name: string): OutputOptions => ({
  dir,
  chunkFileNames: `${name}-[name].js`,
  format: 'esm',
  sourcemap: true,
});

export default defineConfig([
  {
    input: 'bin/client.ts',
    platform: 'node',
    external,
    output: into('dist/bin', 'client'),
  },
  {
    input: 'src/storage/pool/tasks.ts',
    platform: 'node',
    external,
    output: into('dist/src/storage/pool', 'tasks'),
  },
]);
