import { access } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { soak } from '../soak/soak.js';

const minute = 60_000;

describe('two minutes of soak', () => {
  it('leave a linearizable history, every acked file whole, and nothing else', {
    timeout: 15 * minute,
  }, async ({ skip, signal }) => {
    if (!(await hasProc())) return skip('there is no /proc: nobody can say what a process holds');
    const lines: string[] = [];

    const { findings } = await soak({
      seed: 42,
      troubleMs: 100_000,
      say: (line) => void lines.push(line),
      signal,
    });

    expect(findings, lines.join('\n')).toEqual([]);
  });
});

const hasProc = (): Promise<boolean> =>
  access('/proc/self/fd').then(
    () => true,
    () => false,
  );
