import { describe, expect, it } from 'vitest';
import { takeFound } from '../../../src/actors/master/found-replicas.js';
import { bad, entry, f1, k1, k2, k3, report, u1 } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('a replica that an inventory shows while its upload is under way', () => {
  it('counts when the upload becomes a file, though its keeper never told of it', async () => {
    const at = await found();

    await at.world.table.ask('record stored', { ...report, keeper: k2 });
    await settled();

    expect(at.table.replicas()).toEqual(['k1 sound 2', 'k2 sound 1']);
  });

  it('L4: is off the disk when the upload fails', async () => {
    const at = await found();

    const error = { code: 'unavailable' as const, detail: 'gave up' };
    await at.world.table.ask('abandon upload', { uploadId: u1, error });
    await settled();

    expect(at.orders(k1)).toContain(`drop ${f1}`);
  });

  it('is looked at when the file has other bytes', async () => {
    const at = await found();

    const other = { ...report, keeper: k2, digest: bad };
    await at.world.table.ask('record stored', other);
    await settled();

    expect(at.table.replicas()).toEqual(['k1 quarantined 2', 'k2 sound 1']);
    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
  });

  it('L11: is taken though that of another keeper could not be', async () => {
    const at = await found();
    at.join(k3);
    await takeFound(at.world, { keeper: k3, incarnation: 1 }, [entry]);
    let asked = 0;
    at.onAsk = (type) => {
      if (type === 'take inventory') asked += 1;
      if (type === 'take inventory' && asked === 1) throw new Error('not now');
    };

    await at.world.table.ask('record stored', { ...report, keeper: k2 });
    await settled();

    expect(at.table.replicas()).toEqual(['k2 sound 1', 'k3 sound 1']);
  });

  it('says nothing any more when its keeper has started again', async () => {
    const at = await found();
    at.join(k1, { incarnation: 3 });

    await at.world.table.ask('record stored', { ...report, keeper: k2 });
    await settled();

    expect(at.table.replicas()).toEqual(['k2 sound 1']);
  });
});

/** The keeper k1 was killed after it had made its replica durable, and is back. */
async function found(): Promise<AWorld> {
  const at = new AWorld();
  at.join(k1, { incarnation: 2 });
  at.join(k2);
  at.table.reserve({ uploadId: u1 });
  // Its client has gone on to another one.
  at.table.reserve({ uploadId: u1, keeper: k2 });
  await takeFound(at.world, { keeper: k1, incarnation: 2 }, [entry]);
  return at;
}
