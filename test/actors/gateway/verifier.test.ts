import { describe, expect, it } from 'vitest';
import { apiLimits } from '../../../src/actors/gateway/api-limits.js';
import { Verifier } from '../../../src/actors/gateway/verifier.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { deferred } from '../../rpc/rig.js';

describe('verifications', () => {
  it('keep their places until keepers have told, though whoever asked has gone', async () => {
    const told = deferred<void>();
    const verifier = new Verifier({
      stat: async () => ({}) as FileView,
      // biome-ignore lint/correctness/useYield: nothing is told before its end
      async *verify() {
        await told.promise;
      },
    });

    for (let place = 0; place < apiLimits.verificationsMax; place += 1)
      (await verifier.begin('film')).destroy();
    await expect(verifier.begin('film')).rejects.toMatchObject({ code: 'unavailable' });
    told.settle();
    const lines = await verifierBegins(verifier);

    lines.destroy();
    expect(lines.destroyed).toBe(true);
  });
});

/** As soon as there is a place. */
async function verifierBegins(verifier: Verifier) {
  for (;;) {
    try {
      return await verifier.begin('film');
    } catch {
      // Their ends are on the way.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
