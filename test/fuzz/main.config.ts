/** How `npm run fuzz` is bundled: the command, and the process in which decoders are tried. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { main: 'test/fuzz/main.ts', worker: 'test/fuzz/worker.ts' },
  platform: 'node',
  external: [/^[^./]/],
  output: { dir: 'dist/fuzz', format: 'esm', sourcemap: true },
});
