/** How `npm run bench` is bundled. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'test/bench/main.ts',
  platform: 'node',
  external: [/^[^./]/],
  output: { file: 'dist/bench/main.js', format: 'esm', codeSplitting: false },
});
