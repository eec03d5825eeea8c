import { describe, expect, it } from 'vitest';
import { Dispatcher } from '../../../src/actors/master/dispatcher.js';
import { wallMs } from '../../../src/domain/ids.js';
import { decodeClaims } from '../../../src/transfer/ticket-claims.js';
import { f1, good, k1, k2, k3, u1 } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('a copy that the loop orders', () => {
  it.each([
    ['does not press', [], [k1, k2], false],
    ['presses when one live replica is left', [k2], [k1], true],
    ['presses when none is, whoever may be read from', [k1, k2], [k1, k2], true],
  ] as const)('%s, and has tickets for a copy', async (_, doubtful, sources, pressing) => {
    const at = beside();
    at.join(k3);
    for (const keeper of doubtful) at.world.keepers.judged(keeper, 'suspect');

    const copy = { fileId: f1, size: 10, digest: good, sources, destination: k3 };
    new Dispatcher(at.world).onLoopEffect({ type: 'copy', ...copy });
    await settled();

    const told = at.told.get(k3)?.at(-1);
    expect(told).toMatchObject({ $case: 'copy', value: { fileId: f1, pressing } });
    const tickets = told?.$case === 'copy' ? told.value.sources.map(({ ticket }) => ticket) : [];
    expect(tickets).toHaveLength(sources.length);
    for (const ticket of tickets)
      expect(decodeClaims(ticket?.claims ?? Buffer.alloc(0))).toMatchObject({ forCopy: true });
  });
});

describe('the manifest of a copy', () => {
  it('is to say what the table says, under the name of the upload', async () => {
    const at = beside();
    at.join(k3);
    at.table.ask('rename file', { name: 'a', newName: 'b' });

    const copy = { fileId: f1, size: 10, digest: good, sources: [k1], destination: k3 };
    new Dispatcher(at.world).onLoopEffect({ type: 'copy', ...copy });
    await settled();

    expect(at.told.get(k3)?.at(-1)?.value).toMatchObject({
      uploadId: u1,
      facts: { name: 'a', createdAtMs: 5, target: 2 },
    });
  });
});

describe('a drop that the loop orders', () => {
  it('of bad bytes names only those, and leaves the row of the sound replica beside them', async () => {
    const at = beside();

    order(at, 'quarantined', [k1, k2]);
    await settled();
    for (const keeper of [k1, k2]) at.finds(keeper, 'sound');
    await settled();

    expect(at.told.get(k2)?.at(-1)).toEqual({
      $case: 'drop',
      value: { fileId: f1, incarnation: 1, quarantinedOnly: true, deleted: false },
    });
    expect(at.table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1, aside']);
  });

  it('S7, S27: of a whole replica is refused when it rests on that replica', async () => {
    const at = beside();

    order(at, 'surplus', [k1, k2]);
    await settled();
    for (const keeper of [k1, k2]) at.finds(keeper, 'sound');
    await settled();

    expect(at.orders(k2)).not.toContain(`drop ${f1}`);
    expect(at.toLoop.at(-1)).toMatchObject({ type: 'drop ended', outcome: 'refused' });
  });
});

// Builders

/** A file of target 2 that is sound on two keepers, on the second beside bad bytes. */
function beside(): AWorld {
  const at = new AWorld();
  for (const keeper of [k1, k2]) at.join(keeper);
  at.table.reserve({ target: 2 });
  at.table.store();
  at.table.copyTo(k2);
  const found = { keeper: k2, incarnation: 1, fileId: f1, at: wallMs(8) };
  at.table.ask('record verified', { ...found, outcome: 'quarantined' });
  at.table.copyTo(k2);
  return at;
}

function order(at: AWorld, why: 'quarantined' | 'surplus', stayers: readonly (typeof k1)[]): void {
  const staying = stayers.map((keeper) => ({ keeper, incarnation: 1 }));
  const drop = { fileId: f1, keeper: k2, incarnation: 1, why, staying, verifyWithinMs: 60_000 };
  new Dispatcher(at.world).onLoopEffect({ type: 'drop', ...drop });
}
