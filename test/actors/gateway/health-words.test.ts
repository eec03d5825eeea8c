import { describe, expect, it } from 'vitest';
import { sayHealth, sayUnreachable } from '../../../src/actors/gateway/health-words.js';
import { aStatus, threeKeepers } from './a-sight.js';

const keepers = threeKeepers();

describe('the sentence about the cluster', () => {
  it('says that all is well, and of how much', () => {
    expect(sayHealth({ status: aStatus(), keepers })).toEqual({
      level: 'good',
      sentence: 'All is well: 12 files on 3 keepers, each with all its replicas.',
      reasons: [],
    });
    expect(sayHealth({ status: aStatus({ files: 0 }), keepers }).sentence).toBe(
      'All is well: 3 keepers ready, and no file stored yet.',
    );
  });

  it('says what is being repaired first, and which keeper is lost as its reason', () => {
    const status = aStatus({ belowTarget: 1_200, copiesInFlight: 1, files: 3_000 });

    expect(sayHealth({ status, keepers: threeKeepers({ state: 'lost' }) })).toEqual({
      level: 'attention',
      sentence: '1,200 files have fewer replicas than they should; 1 copy is under way.',
      reasons: ['Keeper k2 is lost.'],
    });
  });

  it('says that a file cannot be read before anything that can be repaired', () => {
    const status = aStatus({ belowTarget: 2, missing: 1 });

    expect(sayHealth({ status, keepers: threeKeepers({ state: 'suspect' }) })).toEqual({
      level: 'bad',
      sentence: '1 file cannot be read: no keeper that has it is here.',
      reasons: [
        '1 file has fewer replicas than it should; no copy is under way.',
        'Keeper k2 is not heard.',
      ],
    });
  });

  it('says why the master is in safe mode', () => {
    const status = aStatus({ mode: 'safe mode', modeReason: 'the table is older' });

    expect(sayHealth({ status, keepers })).toEqual({
      level: 'bad',
      sentence: 'The master is in safe mode: nothing is deleted.',
      reasons: ['The table is older.'],
    });
  });

  it.each([
    ['a keeper is lost', { state: 'lost' }, 'attention', 'Keeper k2 is lost.'],
    ['a disk fails', { disk: 'suspect' }, 'attention', 'Keeper k2 has a disk that fails.'],
  ] as const)('says that %s, though each file has its replicas', (_, change, level, sentence) => {
    expect(sayHealth({ status: aStatus(), keepers: threeKeepers(change) })).toEqual({
      level,
      sentence,
      reasons: 'state' in change ? ['Each file has all its replicas on the others.'] : [],
    });
  });

  it.each([
    ['a master that has just started', { mode: 'recovering' }, 'attention', /has just started/],
  ] as const)('knows of %s', (_, change, level, sentence) => {
    const said = sayHealth({ status: aStatus(change), keepers });

    expect(said.level).toBe(level);
    expect(said.sentence).toMatch(sentence);
  });

  it('says that nobody is here when no keeper is alive', () => {
    expect(sayHealth({ status: aStatus(), keepers: [] })).toMatchObject({
      level: 'bad',
      sentence: 'No keeper is here: nothing can be stored or read.',
    });
  });

  it('names no more keepers than can be read', () => {
    const [one] = keepers;
    const many = Array.from({ length: 20 }, () => ({ ...one, state: 'lost' }) as typeof one & {});

    const { reasons } = sayHealth({ status: aStatus(), keepers: many as typeof keepers });

    expect(reasons.join()).toMatch(/and 12 more are lost/);
  });

  it('says that the master does not answer, and what is known of that', () => {
    expect(sayUnreachable('nobody listens there')).toMatchObject({
      level: 'bad',
      reasons: ['nobody listens there'],
    });
  });
});
