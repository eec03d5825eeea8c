import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clip, makeFilm, mebibytes, Rig } from '../rig.js';
import { tell } from '../tell.js';
import { BreakingProxy } from './breaking-proxy.js';
import { startGatewayProcess } from './gateway-process.js';
import { uploadByTus } from './tus-client.js';

/** 1024 for the long run: `npm run uploads`. */
const filmBytes = mebibytes(Number(process.env['REELKEEP_UPLOAD_MIB'] ?? 64));
const timeout = 600_000;

describe('an upload by a real client', () => {
  it('goes on after each of ten broken connections', { timeout }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const gateway = await startGatewayProcess(rig);
    const film = await makeFilm(rig.path('film.mp4'), filmBytes);
    const afterBytes = Math.floor(filmBytes / 11);
    const proxy = await BreakingProxy.open({ port: gateway.ready.port, times: 10, afterBytes });

    const begunAt = performance.now();
    const metadata = { filename: 'films/broken.mp4', filetype: 'video/mp4' };
    const { etag } = await uploadByTus({
      port: proxy.port,
      path: film,
      metadata,
      options: { headers: { Host: `localhost:${gateway.ready.port}` } },
    });
    const seconds = (performance.now() - begunAt) / 1000;
    const digest = await digestOf(rig, film);

    tell(
      `${filmBytes / mebibytes(1)} MiB in ${seconds.toFixed(1)} s, ${proxy.broken} breaks, ${(proxy.carriedBytes / filmBytes).toFixed(3)} times the bytes`,
    );
    expect(proxy.broken).toBe(10);
    expect(etag).toBe(`"${digest}"`);
    expect(await rig.stat('films/broken.mp4')).toMatchObject({ size: filmBytes, digest });
    expect(await parts(rig)).toEqual([]);
    await rig.succeed('verify', 'films/broken.mp4', film);
    // What was on its way when a connection broke is sent again, and no more.
    expect(proxy.carriedBytes).toBeLessThan(filmBytes + proxy.broken * mebibytes(6));
  });

  it('goes on after its gateway was killed, from what had come', { timeout }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const first = await startGatewayProcess(rig);
    const { port } = first.ready;
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(64));
    let killing: Promise<unknown> | undefined;
    let sentAfterwards = 0;
    let lastSent = 0;

    const { etag } = await uploadByTus({
      port,
      path: film,
      metadata: { filename: 'films/killed.mp4' },
      chunkBytes: mebibytes(8),
      onProgress: (sent) => {
        if (killing !== undefined) sentAfterwards += Math.max(0, sent - lastSent);
        lastSent = sent;
        if (sent > mebibytes(36)) killing ??= restart();
      },
    });
    async function restart(): Promise<void> {
      await first.end('SIGKILL');
      await startGatewayProcess(rig, { port });
    }
    await killing;

    const digest = await digestOf(rig, film);
    expect(etag).toBe(`"${digest}"`);
    expect(await rig.stat('films/killed.mp4')).toMatchObject({ digest });
    expect(sentAfterwards).toBeLessThan(mebibytes(40));
  });

  it('S17: is stored once though its gateway is killed while the cluster takes it', {
    timeout,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const first = await startGatewayProcess(rig);
    const { port } = first.ready;
    const signalKeepers = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
      for (const name of rig.keeperNames) process.kill(rig.server(name).pid, signal);
    };

    let isStopped = false;
    const ended = uploadByTus({
      port,
      path: clip,
      metadata: { filename: 'films/once.mp4' },
      onProgress: (sent) => {
        if (sent === 0 || isStopped) return;
        isStopped = true;
        signalKeepers('SIGSTOP');
      },
    });
    await rig.until('its name is reserved', async () => {
      const { uploadsInProgress } = await rig.status();
      return uploadsInProgress === 1;
    });
    await first.end('SIGKILL');
    signalKeepers('SIGCONT');
    await startGatewayProcess(rig, { port });
    const { etag } = await ended;

    expect(etag).toBe(`"${await digestOf(rig, clip)}"`);
    expect(await rig.succeed('ls')).toBe('films/once.mp4\n');
  });

  it('is told why it comes to nothing', { timeout }, async () => {
    const rig = await Rig.start({ keepers: 1, masterArgs: ['--replicas', '1'] });
    const gateway = await startGatewayProcess(rig);
    const { port } = gateway.ready;
    const noFilm = join(rig.dir, 'master.log');
    const options = { retryDelays: [] };
    await rig.succeed('put', clip, '--as', 'taken.mp4');

    const taken = uploadByTus({ port, path: clip, metadata: { filename: 'taken.mp4' }, options });
    await expect(taken).rejects.toThrow(/409.*"code":"conflict"/s);
    const text = uploadByTus({ port, path: noFilm, metadata: { filename: 'log.mp4' }, options });
    await expect(text).rejects.toThrow(/422.*"code":"refused-input"/s);
    const replaced = await uploadByTus({
      port,
      path: clip,
      metadata: { filename: 'taken.mp4', replace: 'true', target: '1' },
      options,
    });

    expect(replaced.status).toBe(204);
    expect(await rig.succeed('ls')).toBe('taken.mp4\n');
    expect(await parts(rig)).toEqual([]);
  });
});

const digestOf = async (rig: Rig, path: string): Promise<string> =>
  (JSON.parse(await rig.succeed('--json', 'digest', path)) as { digest: string }).digest;

const parts = async (rig: Rig): Promise<readonly string[]> =>
  (await readdir(rig.path('spool', 'uploads'))).filter((name) => name.endsWith('.part'));
