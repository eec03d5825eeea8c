import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProgressDisplay } from '../../../src/cli/client/progress-display.js';

describe('progress display', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('writes a line every ten seconds where there is no terminal, with the rate of late', () => {
    const { display, text } = start({ isTTY: false });

    for (let second = 1; second <= 25; second += 1) {
      display.report('a.mp4', { bytes: second * 1024, size: 102_400 });
      vi.advanceTimersByTime(1000);
    }
    display.stop();

    expect(text().trimEnd().split('\n')).toEqual([
      'a.mp4: 10 %, 10.0 KiB / 100.0 KiB  1.0 KiB/s  1:30 left',
      'a.mp4: 20 %, 20.0 KiB / 100.0 KiB  1.0 KiB/s  1:20 left',
    ]);
  });

  it('redraws one line on a terminal, and clears it for messages and at the end', () => {
    const { display, text } = start({ isTTY: true });
    display.report('a.mp4', { bytes: 1, size: 2 });

    vi.advanceTimersByTime(100);
    display.say('stored it');
    display.stop();

    const shown = text().split('\r\u001b[2K');
    expect(shown).toEqual(['', expect.stringContaining('1 B / 2 B'), 'stored it\n', '']);
  });

  it('shows nothing when told to be quiet, but what must be said', () => {
    const { display, text } = start({ isTTY: true, quiet: true });
    display.report('a.mp4', { bytes: 1, size: 2 });

    vi.advanceTimersByTime(60_000);
    display.say('it failed');
    display.stop();

    expect(text()).toBe('it failed\n');
  });
});

function start({ isTTY, quiet = false }: { isTTY: boolean; quiet?: boolean }) {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  const display = new ProgressDisplay(stderr, quiet);
  display.start(1);
  return { display, text: () => String(stderr.read() ?? '') };
}
