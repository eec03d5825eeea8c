import { describe, expect, it } from 'vitest';
import { Exposition } from '../../../src/actors/observing/exposition.js';
import {
  counter,
  countersBy,
  durationsBy,
  type Family,
  gauge,
  gaugesBy,
  stateOf,
} from '../../../src/actors/observing/family.js';
import { Durations } from '../../../src/domain/counting.js';

describe('an exposition', () => {
  it('shows what is read when it is asked for', async () => {
    let files = 1;
    const exposition = new Exposition({ families: [gauge('a_files', 'Files.', () => files)] });

    const first = await linesOf(exposition, 'a_files');
    files = 2;

    expect(first).toEqual(['# HELP a_files Files.', '# TYPE a_files gauge', 'a_files 1']);
    expect((await linesOf(exposition, 'a_files')).at(-1)).toBe('a_files 2');
  });

  it('leaves out what is not known', async () => {
    const lines = await show([gauge('a_time', 'When.', () => undefined)], 'a_time');

    expect(lines).toEqual(['# HELP a_time When.', '# TYPE a_time gauge']);
  });

  it('has a line for each combination of words', async () => {
    const lines = await show(
      [
        countersBy(['operation', 'outcome'], 'a_total', 'Transfers.', () => [
          ['put/ok', 3],
          ['get/not-found', 1],
        ]),
        gaugesBy(['mode'], 'a_mode', 'Mode.', () => stateOf(['safe mode', 'serving'], 'serving')),
      ],
      'a_',
    );

    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      'a_total{operation="put",outcome="ok"} 3',
      'a_total{operation="get",outcome="not-found"} 1',
      'a_mode{mode="safe mode"} 0',
      'a_mode{mode="serving"} 1',
    ]);
  });

  it('adds up durations from bound to bound, in seconds', async () => {
    const durations = new Durations([10, 100]);
    for (const ms of [5, 10, 50, 500]) durations.note(ms);
    const family = durationsBy(['method'], 'a_seconds', 'Calls.', () => [['Stat', durations]]);

    expect(await show([family], 'a_seconds')).toEqual([
      '# HELP a_seconds Calls.',
      '# TYPE a_seconds histogram',
      'a_seconds_bucket{method="Stat",le="0.01"} 2',
      'a_seconds_bucket{method="Stat",le="0.1"} 3',
      'a_seconds_bucket{method="Stat",le="+Inf"} 4',
      'a_seconds_sum{method="Stat"} 0.565',
      'a_seconds_count{method="Stat"} 4',
    ]);
  });

  it('is made once for all that ask while it is being made', async () => {
    let made = 0;
    let finish: () => void = () => undefined;
    const exposition = new Exposition({
      families: [counter('a_total', 'Made.', () => made)],
      prepare: () => {
        made += 1;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });

    const asked = [exposition.text(), exposition.text(), exposition.text()];
    finish();
    const texts = await Promise.all(asked);
    const later = exposition.text();
    finish();

    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('a_total 1\n');
    expect(await later).toContain('a_total 2\n');
  });

  it('shares nothing with another one in the same process', async () => {
    await show([gauge('a_files', 'Files.', () => 1)], 'a_files');

    expect(await show([gauge('b_files', 'Files.', () => 1)], 'a_files')).toEqual([]);
  });
});

const show = (families: readonly Family[], prefix: string): Promise<string[]> =>
  linesOf(new Exposition({ families }), prefix);

async function linesOf(exposition: Exposition, prefix: string): Promise<string[]> {
  const lines = (await exposition.text()).split('\n');
  return lines.filter((line) => line.replace(/^# (HELP|TYPE) /, '').startsWith(prefix));
}
