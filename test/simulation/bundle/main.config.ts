/** How the command itself is bundled; the simulator is bundled by the command. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'test/simulation/main.ts',
  platform: 'node',
  external: [/^[^./]/],
  output: { file: 'dist/simulation/main.js', format: 'esm', codeSplitting: false },
});
