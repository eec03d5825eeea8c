import { describe, expect, it } from 'vitest';
import { goOn, type Look, noStory } from '../../../src/actors/gateway/cluster-story.js';
import { aKeeper, aStatus, threeKeepers } from './a-sight.js';

const well: Look = { status: aStatus(), keepers: threeKeepers() };
const short: Look = { ...well, status: aStatus({ belowTarget: 3 }) };

describe('the story of a cluster', () => {
  it('has nothing to tell of the first look, nor while nothing changes', () => {
    expect(told(well, well, well)).toEqual([]);
  });

  it('tells how a keeper was lost and came back', () => {
    const silent: Look = { ...well, keepers: threeKeepers({ state: 'suspect' }) };
    const lost: Look = { ...well, keepers: threeKeepers({ state: 'lost' }) };

    expect(told(well, silent, lost, lost, well)).toEqual([
      'warning: Keeper k2 is not heard.',
      'bad: Keeper k2 is lost.',
      'good: Keeper k2 is here again.',
    ]);
  });

  it('tells of a keeper that is new, and of one whose disk fails', () => {
    const sick: Look = {
      ...well,
      keepers: [...threeKeepers({ disk: 'suspect' }), aKeeper('k4')],
    };

    expect(told(well, sick, well)).toEqual([
      'bad: The disk of keeper k2 fails.',
      'good: Keeper k4 has come.',
      'good: The disk of keeper k2 is sound again.',
    ]);
  });

  it('counts files that were stored and removed', () => {
    const more: Look = { ...well, status: aStatus({ files: 15 }) };

    expect(told(well, more, well)).toEqual([
      'neutral: 3 files stored.',
      'neutral: 3 files removed.',
    ]);
  });

  it('takes files that stay below their target for a repair, and tells when it is done', () => {
    expect(told(well, short, short, short, short, well)).toEqual([
      'warning: Repair has begun: 3 files below target.',
      'good: Repair is done: each file has its replicas.',
    ]);
  });

  it('takes a file that has just been stored for no repair', () => {
    expect(told(well, short, short, well)).toEqual([]);
  });

  it('tells once that the master does not answer, and that it does again', () => {
    const anew: Look = { ...well, status: aStatus({ epoch: 2 }) };

    expect(told(well, 'nothing', 'nothing', anew)).toEqual([
      'bad: The master does not answer.',
      'good: The master answers again.',
      'neutral: The master has started anew.',
    ]);
  });

  it('tells of safe mode and of files that cannot be read', () => {
    const unsure: Look = {
      ...well,
      status: aStatus({ mode: 'safe mode', missing: 1 }),
    };

    expect(told(well, unsure, well)).toEqual([
      'bad: The master is in safe mode: nothing is deleted.',
      'bad: 1 file cannot be read: no keeper has them.',
      'good: The master serves again without restriction.',
      'good: Each file can be read again.',
    ]);
  });
});

function told(...looks: readonly Look[]): string[] {
  const all: string[] = [];
  let story = noStory;
  for (const look of looks) {
    const step = goOn(story, look);
    all.push(...step.told.map(({ tone, text }) => `${tone}: ${text}`));
    story = step.story;
  }
  return all;
}
