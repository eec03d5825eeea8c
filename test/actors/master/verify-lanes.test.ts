import { describe, expect, it } from 'vitest';
import { VerifyLanes } from '../../../src/actors/master/verify-lanes.js';
import { k1, k2 } from '../lookup-table/table-under-test.js';
import { settled } from './a-world.js';

describe('the lanes of a keeper', () => {
  it('are two, and each that is given back goes to whoever has waited longest', async () => {
    const { enter, entered, lanes } = someLanes();
    for (const name of ['a', 'b', 'c', 'd']) enter(name);
    await settled();
    const first = [...entered];

    lanes.leave(k1);
    await settled();

    expect([first, entered]).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  it('are its own', async () => {
    const { enter, entered, lanes } = someLanes();
    for (const name of ['a', 'b']) enter(name);

    const isTaken = await lanes.enter(k2, new AbortController().signal);

    expect([entered, isTaken]).toEqual([['a', 'b'], true]);
  });

  it('are taken by nobody who has gone meanwhile', async () => {
    const { enter, entered, lanes } = someLanes();
    const gone = new AbortController();
    for (const name of ['a', 'b']) enter(name);
    enter('c', gone.signal);
    enter('d');
    await settled();

    gone.abort();
    lanes.leave(k1);
    await settled();

    expect(entered).toEqual(['a', 'b', 'not c', 'd']);
    expect(await lanes.enter(k2, AbortSignal.abort())).toBe(false);
  });

  it('are both free again when everyone has left', async () => {
    const { enter, entered, lanes } = someLanes();
    for (const name of ['a', 'b', 'c']) enter(name);
    await settled();
    for (let left = 0; left < 3; left += 1) lanes.leave(k1);

    for (const name of ['d', 'e', 'f']) enter(name);
    await settled();

    expect(entered).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

// Builders

function someLanes() {
  const lanes = new VerifyLanes();
  const entered: string[] = [];
  const enter = (name: string, signal = new AbortController().signal): void => {
    lanes.enter(k1, signal).then((isTaken) => entered.push(isTaken ? name : `not ${name}`));
  };
  return { lanes, entered, enter };
}
