import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests of real processes wait more than they work.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
});
