/**
 * Sizes that are made small for the simulator, so that what takes gigabytes, millions and hours in
 * production (many chunks, many pages, full batches, other keys) happens with kilobytes, dozens and
 * minutes.
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
  {
    file: 'src/actors/master/config.ts',
    from: 'ticketKeyEveryMs: 3_600_000,',
    to: 'ticketKeyEveryMs: 60_000,',
  },
];
