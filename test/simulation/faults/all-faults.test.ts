import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../story/happening.js';
import { operations } from '../story/operations.js';
import { faults } from './all-faults.js';

/** Rows of the table of faults, each with the kinds that stand for it. */
const expected: Readonly<Record<Layer, Readonly<Record<string, readonly string[]>>>> = {
  process: {
    crash: [
      'crash keeper',
      'crash master',
      'crash everything',
      'crash in a transfer',
      'end thread',
    ],
    pause: ['pause'],
    restart: ['stop keeper', 'stop master'],
  },
  network: {
    loss: ['lossy link'],
    delay: ['slow link', 'slow network'],
    'very old replay': ['replay reports'],
    cut: ['cut link', 'reset connections'],
    partition: ['partition'],
    'stop at byte n': ['stop after bytes'],
    'half-open': ['half-open link'],
    'heartbeats pass but data does not': ['cut data port'],
  },
  disk: {
    'EIO on the nth call': ['failing call'],
    'sync fails once': ['failing sync'],
    full: ['full disk'],
    stuck: ['stuck disk', 'slow disk'],
    'short calls': ['short reads and writes'],
    flip: ['flipped bit'],
    truncation: ['truncated data'],
    swap: ['swapped replicas', 'false witness'],
    'stale file': ['stale replica'],
    'missing file': ['lost file'],
    'damaged manifest': ['damaged manifest'],
    unmounted: ['unmounted root'],
  },
  identity: {
    swapped: ['swapped directories'],
    cloned: ['cloned directory'],
    emptied: ['emptied directory'],
    older: ['older disk'],
    foreign: ['lost identity'],
  },
  table: {
    'older copy': ['older table'],
    empty: ['empty table'],
    'made again': ['rebuilt table'],
    'outcome of a commit unknown': ['crash in commit'],
    'second master': ['second master'],
  },
  time: { 'wall clock jumps': ['jump wall clock'] },
  client: { dies: ['kill client'], lies: ['liar'] },
};

describe('all faults', () => {
  it('are of distinct kinds, none of which is an operation of clients', () => {
    const kinds = [...operations, ...faults].map(({ kind }) => kind);

    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it.each(Object.entries(expected))('stand for each row of the layer %s', (layer, rows) => {
    const kinds = faults.filter((fault) => fault.layer === layer).map(({ kind }) => kind);

    expect(kinds.toSorted()).toEqual(Object.values(rows).flat().toSorted());
  });

  it.each(faults.map((fault) => [fault.kind, fault] as const))(
    'of the kind %s have params that come back from a file as they were',
    (_, { params }) => {
      fc.assert(
        fc.property(params, (drawn) => {
          expect(JSON.parse(JSON.stringify(drawn))).toStrictEqual({ ...drawn });
        }),
      );
    },
  );
});
