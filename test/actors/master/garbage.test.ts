import { describe, expect, it } from 'vitest';
import { entry, f1, fileIdOf, k1, k2, u1, uploadIdOf } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('garbage', () => {
  it('is ordered off its keeper once it is collected, and once only', async () => {
    const at = aWorld();
    at.garbage.note(k1, 1, [entry]);

    await at.garbage.collect(at.world);
    await at.garbage.collect(at.world);
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f1}`]);
  });

  it('is left alone when the table has come to know the file', async () => {
    const at = aWorld();
    at.garbage.note(k1, 1, [entry]);
    at.table.storeFile([k1]);

    await at.garbage.collect(at.world);
    await settled();

    expect(at.orders(k1)).toEqual([]);
    expect(at.table.replicas()).toEqual(['k1 sound 1']);
  });

  it('is left alone while an upload may still commit it', async () => {
    const at = aWorld();
    at.garbage.note(k1, 1, [entry]);
    at.table.reserve({ uploadId: u1 });

    await at.garbage.collect(at.world);
    await settled();

    expect(at.orders(k1)).toEqual([]);
  });

  it('is forgotten when its keeper has started again', async () => {
    const at = aWorld();
    at.garbage.note(k1, 1, [entry]);
    at.join(k1, { incarnation: 2 });

    await at.garbage.collect(at.world);
    await settled();

    expect(at.orders(k1)).toEqual([]);
  });

  it('of the start before is forgotten when the next one reports', async () => {
    const at = aWorld();
    const older = { ...entry, fileId: fileIdOf(8), uploadId: uploadIdOf(8) };
    at.garbage.note(k2, 1, [older]);
    at.garbage.note(k2, 2, [entry]);
    at.join(k2, { incarnation: 2 });

    await at.garbage.collect(at.world);
    await settled();

    expect(at.orders(k2)).toEqual([`drop ${f1}`]);
  });

  it('is noted up to a bound', async () => {
    const at = aWorld();
    let taken = 0;
    at.garbage.note(k1, 1, manyEntries(6_000, 1));
    at.garbage.note(k1, 1, manyEntries(6_000, 6_001));

    await at.garbage.collect({
      ...at.world,
      table: {
        ask: (async (_: string, { entries }: { entries: readonly unknown[] }) => {
          taken += entries.length;
          return { unknown: [] };
        }) as unknown as typeof at.world.table.ask,
      },
    });

    expect(taken).toBe(10_000);
  });
});

function aWorld(): AWorld {
  const at = new AWorld();
  at.join(k1);
  return at;
}

const manyEntries = (count: number, first: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...entry,
    fileId: fileIdOf(first + index),
    uploadId: uploadIdOf(first + index),
  }));
