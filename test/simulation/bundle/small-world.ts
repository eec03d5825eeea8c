/**
 * Sizes that are made small for the simulator, so that what takes gigabytes and millions in
 * production (many chunks, many pages, full batches) happens with kilobytes and dozens.
 *
 * Everything that follows from them is computed from them, here as in production.
 */
import type { Patch } from './patches.js';

export const smallWorld: readonly Patch[] = [
  {
    file: 'src/domain/chunk-plan.ts',
    from: 'export const chunkBytes = 4 * 1024 * 1024;',
    to: 'export const chunkBytes = 4 * 1024;',
  },
  {
    file: 'src/actors/client/client-limits.ts',
    from: 'pageNamesMax: 1_000,',
    to: 'pageNamesMax: 3,',
  },
];
