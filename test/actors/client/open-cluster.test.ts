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
