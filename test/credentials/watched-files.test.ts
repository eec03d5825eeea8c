import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WatchedFiles } from '../../src/credentials/watched-files.js';
import { ReelkeepError } from '../../src/domain/errors.js';

const reloadEveryMs = 10;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('watched files', () => {
  it('are taken when they are not those in use', async () => {
    const { look, seen } = watched();

    for (const there of ['first', 'second', 'second', 'first']) await look(there);

    expect(seen).toEqual(['take second', 'take first']);
  });

  it('are refused once for as long as the reason is the same', async () => {
    const { look, seen } = watched();

    for (const there of ['!a', '!a', '!b', '!b', '!a']) await look(there);

    expect(seen).toEqual(['refuse !a', 'refuse !b', 'refuse !a']);
  });

  it.each([
    ['another version was taken', 'second', ['refuse !a', 'take second', 'refuse !a']],
    ['those in use were put back', 'first', ['refuse !a', 'refuse !a']],
  ])('are refused for the same reason again after %s', async (_, between, expected) => {
    const { look, seen } = watched();

    for (const there of ['!a', between, '!a']) await look(there);

    expect(seen).toEqual(expected);
  });

  it('are refused when they can be read and are not good', async () => {
    const { look, seen } = watched();

    for (const there of ['?', '?', 'second']) await look(there);

    expect(seen).toEqual(['refuse ?', 'take second']);
  });

  it('are read once at a time, however long it takes', async () => {
    let end = (_: string): void => undefined;
    const read = vi.fn(
      () =>
        new Promise<string>((resolve) => {
          end = resolve;
        }),
    );
    const { pass } = watched(read);
    await pass(3);
    const meanwhile = read.mock.calls.length;

    end('first');
    await pass(1);

    expect([meanwhile, read.mock.calls.length]).toEqual([1, 2]);
  });

  it('are left alone once they are closed', async () => {
    const { files, look, seen } = watched();

    files.close();
    await look('second');

    expect(seen).toEqual([]);
  });
});

/** In use is `first` to begin with. What begins with `!` cannot be read, and `?` is not good. */
function watched(read?: () => Promise<string>) {
  const seen: string[] = [];
  let inUse = 'first';
  let there = inUse;
  const files = new WatchedFiles<string>(
    {
      read: read ?? (async () => goodUnless('!', there)),
      isInUse: (version) => version === inUse,
      take: (version) => {
        inUse = goodUnless('?', version);
        seen.push(`take ${version}`);
      },
      refuse: ({ detail }) => seen.push(`refuse ${detail}`),
    },
    reloadEveryMs,
  );
  onTestFinished(() => files.close());
  const pass = (looks: number) => vi.advanceTimersByTimeAsync(looks * reloadEveryMs);
  const look = async (at: string): Promise<void> => {
    there = at;
    await pass(1);
  };
  return { files, look, pass, seen };
}

function goodUnless(mark: string, version: string): string {
  if (version.startsWith(mark)) throw new ReelkeepError('usage', version);
  return version;
}
