import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Cluster } from '../../../src/actors/client/cluster.js';
import { openCluster } from '../../../src/actors/client/open-cluster.js';
import { fileRoutes } from '../../../src/actors/gateway/file-routes.js';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { startApp } from '../../actors/gateway/an-app.js';
import { seed } from '../../seed.js';
import { makeFilm, mebibytes, Rig } from '../rig.js';
import { type Viewer, view } from './a-gateway.js';

/** What the kernel may hold of an answer on its way, on both sides. */
const onTheWayBytes = mebibytes(12);

describe(`viewers that do not see a film to its end (seed ${seed})`, () => {
  it('have nothing more read for them from keepers when they have gone', async () => {
    const { url, cluster } = await aFilm(mebibytes(160));
    const viewers = await Promise.all([view(url), view(url, { range: `bytes=${mebibytes(80)}-` })]);
    await Promise.all(viewers.map((viewer) => viewer.atLeast(mebibytes(8))));

    for (const viewer of viewers) viewer.request.destroy();
    const leftAtMs = performance.now();
    await vi.waitFor(() => expect(cluster.reading().chunksComing).toBe(0), { interval: 5 });
    const restedAfterMs = performance.now() - leftAtMs;
    const { keeperBytes } = cluster.reading();

    expect(restedAfterMs).toBeLessThan(1_000);
    expect(keeperBytes).toBeLessThan(2 * (mebibytes(8) + onTheWayBytes) * 1.25 + 2 * chunkBytes);
    // Another answer from its head to its end: whatever was asked for before would have come by now.
    await (await fetch(url, { headers: { range: 'bytes=0-9' } })).arrayBuffer();
    expect(cluster.reading().keeperBytes).toBe(keeperBytes);
  });

  it('and seek, as players do, have little more read from keepers than is sent to them', async () => {
    const { url, cluster, bytes } = await aFilm(mebibytes(120));
    const seek = fc.record({
      to: fc.nat(bytes.length - 1),
      takes: fc.integer({ min: 1, max: mebibytes(2) }),
    });
    const [seeks = []] = fc.sample(fc.array(seek, { minLength: 60, maxLength: 60 }), {
      seed,
      numRuns: 1,
    });

    for (const { to, takes } of seeks) {
      const viewer = await view(url, { range: `bytes=${to}-` });
      const taken = await viewer.atLeast(Math.min(takes, bytes.length - to));
      expect(Buffer.compare(taken, bytes.subarray(to, to + taken.length))).toBe(0);
      await left(viewer);
    }

    const { keeperBytes, givenBytes } = cluster.reading();
    expect(keeperBytes).toBeLessThanOrEqual(1.2 * givenBytes);
  });
});

const left = (viewer: Viewer): Promise<void> =>
  new Promise((resolve) => {
    viewer.request.once('close', resolve);
    viewer.request.destroy();
  });

interface Film {
  readonly url: string;
  readonly cluster: Cluster;
  readonly bytes: Buffer;
}

/** Behind a gateway in this process, so that it can be asked what it has read. */
async function aFilm(size: number): Promise<Film> {
  const rig = await Rig.start({ keepers: 3 });
  const film = await makeFilm(rig.path('film.mp4'), size);
  await rig.succeed('put', film, '--acks', '3');
  const cluster = openCluster({ master: rig.masterAddress });
  onTestFinished(() => cluster.close());
  const app = await startApp([fileRoutes], { cluster, log: pino({ level: 'silent' }) });
  return { url: `${app.origin}/files/film.mp4`, cluster, bytes: await readFile(film) };
}
