import { describe, expect, it, onTestFinished } from 'vitest';
import { openCluster } from '../../../src/actors/client/open-cluster.js';

describe('a name that is no Unicode', () => {
  it.each(['stat', 'remove'] as const)(
    'S21: is refused before %s could ask for another one',
    async (call) => {
      const cluster = openCluster({ master: '127.0.0.1:1' });
      onTestFinished(() => cluster.close());

      await expect(cluster[call]('half a pair \ud800')).rejects.toMatchObject({
        code: 'refused-input',
      });
    },
  );
});

describe('many operations at once', () => {
  it('make Node warn of no leak', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const stop = new AbortController();
    const cluster = openCluster({ master: '127.0.0.1:1', signal: stop.signal });
    onTestFinished(() => cluster.close());

    const asked = Array.from({ length: 20 }, () => cluster.status());
    stop.abort(new Error('enough'));
    const ended = await Promise.allSettled(asked);
    await new Promise((resolve) => setImmediate(resolve));

    expect(ended.map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
    expect(warnings).toEqual([]);
  });
});
