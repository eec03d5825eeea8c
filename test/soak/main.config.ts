/** How `npm run soak` is bundled. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'test/soak/main.ts',
  platform: 'node',
  external: [/^[^./]/],
  output: { file: 'dist/soak/main.js', format: 'esm', codeSplitting: false },
});
