import { readFileSync } from 'node:fs';
import { parseSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../bundle/patches.js';
import { smallWorld } from '../bundle/small-world.js';
import { allMutants } from './all-mutants.js';
import type { Mutant } from './mutant.js';

const bugs = [
  'report before sync',
  'no directory sync after rename',
  'no directory sync after unlink',
  'second fsync trusted',
  'length not checked',
  'final digest not checked',
  'short manifest accepted',
  'manifest trusted over the table',
  'staging served',
  'ack before commit',
  'name checked and then written in two steps',
  'replica live when ordered instead of when confirmed',
  'unverified counted for a trim',
  'trim before verify',
  'no last-copy guard',
  'no safe mode',
  'silent keeper taken for empty',
  'tombstone dropped by time',
  'late report of an old incarnation accepted',
  'epoch ignored',
  'two copies to one destination',
  'loss declared 50 ms late',
  'wall clock used for liveness',
  'failover by name',
  'retry with a new uploadId',
  'timeout reported as a definite failure',
];

describe('the mutants', () => {
  it('are the bugs that a naive program has, in their order', () => {
    expect(allMutants.map(({ name }) => name)).toEqual(bugs);
  });

  it('differ from each other', () => {
    const changes = allMutants.map((mutant) => JSON.stringify(mutant.patches));

    expect(new Set(changes).size).toBe(allMutants.length);
  });

  it('name the invariants that they break', () => {
    for (const { breaks } of allMutants) {
      expect(breaks).not.toEqual([]);
      for (const invariant of breaks) expect(invariant).toMatch(/^[SL]\d+$/);
    }
  });

  it.each(allMutants)('$name: changes the sources, which can still be read', (mutant) => {
    for (const [file, { before, after }] of patched(mutant)) {
      expect(after).not.toBe(before);
      expect(parseSync(file, after).errors).toEqual([]);
    }
  });
});

/** As they are bundled: with the patches that make the world small first. */
function patched({ patches }: Mutant): ReadonlyMap<string, { before: string; after: string }> {
  const files = new Map<string, { before: string; after: string }>();
  for (const { file } of patches) {
    const before = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    const here = [...smallWorld, ...patches].filter((patch) => patch.file === file);
    files.set(file, { before, after: here.reduce(applyPatch, before) });
  }
  return files;
}
