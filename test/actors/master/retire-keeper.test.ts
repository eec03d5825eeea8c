import { describe, expect, it } from 'vitest';
import { createRetireHandler } from '../../../src/actors/master/retire-keeper.js';
import { k1, k2, k3 } from '../lookup-table/table-under-test.js';
import { AWorld } from './a-world.js';

describe('retiring a keeper', () => {
  it('takes it out of the table and tells the monitor', async () => {
    const at = new AWorld();
    for (const keeper of [k1, k2]) at.join(keeper);
    at.join(k3, { state: 'lost' });
    at.table.storeFile([k1, k2, k3]);

    const answer = await createRetireHandler(at.world).retireKeeper({ keeperId: 'k3' });

    expect(answer).toEqual({ replicas: 1, lastReplicas: 0 });
    expect(at.world.keepers.views.get(k3)?.state).toBe('retired');
    expect(() => at.world.keepers.current(k3, 1)).toThrow('k3 was retired');
    expect(at.table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1']);
    expect(at.toMonitor).toEqual([{ type: 'retire', keeper: k3 }]);
  });

  it.each(['alive', 'suspect', 'joining'] as const)('is refused while it is %s', async (state) => {
    const at = new AWorld();
    at.join(k1, { state });

    const asked = createRetireHandler(at.world).retireKeeper({ keeperId: 'k1' });

    await expect(asked).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining(`k1 is ${state}`),
    });
    expect(at.toMonitor).toEqual([]);
  });

  it('S26: is refused while it alone has seen a later table', async () => {
    const at = new AWorld();
    at.join(k1, { state: 'lost' });
    const world = { ...at.world, isAhead: () => true };

    const asked = createRetireHandler(world).retireKeeper({ keeperId: 'k1' });

    await expect(asked).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each(['k9', '../k1', ''])('is refused for "%s", which is no keeper', async (id) => {
    const asked = createRetireHandler(new AWorld().world).retireKeeper({ keeperId: id });

    await expect(asked).rejects.toMatchObject({ code: 'not-found' });
  });
});
