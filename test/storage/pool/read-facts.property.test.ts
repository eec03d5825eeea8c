import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMp4Facts } from '../../../src/domain/mp4-facts-check.js';
import { HashPool } from '../../../src/storage/pool/hash-pool.js';
import { seed } from '../../seed.js';

const clip = await readFile(new URL('../../fixtures/clip.mp4', import.meta.url));
/** Of what is in the index: the heads of its boxes at the top stay as they are. */
const indexAt = clip.indexOf('moov') + 4;
const indexBytes = 3300;
const pool = HashPool.create({ threads: 1, factsTimeoutMs: 200 });
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-facts-'));
});
afterAll(async () => {
  await pool.close();
  await rm(directory, { recursive: true });
});

describe(`reading the facts of an mp4 (seed ${seed})`, () => {
  it('ends in bounded time with facts or the reason for none, whatever stands in the index', async () => {
    const path = join(directory, 'rotten.mp4');
    const spot = fc.record({
      at: fc.integer({ min: indexAt, max: indexAt + indexBytes }),
      byte: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(spot, { minLength: 1, maxLength: 8 }), async (spots) => {
        const rotten = Buffer.from(clip);
        for (const { at, byte } of spots) rotten[at] = byte;
        await writeFile(path, rotten);

        const film = await open(path, 'r');
        const inspected = await pool.inspectMp4(film.fd).finally(() => film.close());

        expect(inspected.ok && isMp4Facts(inspected.facts)).toBe(true);
      }),
      { seed, numRuns: 100 },
    );
  });
});
