/** What a client asks of the master before it sends a film, of which one copy is enough. */
import type { BeginUploadRequest } from '../../src/rpc/generated/reelkeep/v1/client.js';

export const wishOf = (uploadId: string, name: string, size: number): BeginUploadRequest => ({
  uploadId,
  name,
  size,
  target: 1,
  acks: 1,
  replace: false,
  structureProblem: '',
  excludedKeeperIds: [],
});
