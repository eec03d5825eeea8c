import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { makeFilm, mebibytes, Rig } from '../rig.js';
import { startGateway, view } from './a-gateway.js';

describe('a gateway that is told to stop', () => {
  it('L16: ends with 0 when what it answers has been answered, and takes nothing new', async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(64));
    await rig.succeed('put', film, '--acks', '3');
    const gateway = await startGateway(rig);
    const idle = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      const asked = get(gateway.url('nothing.mp4'), { agent: idle }, (answer) => {
        answer.resume().once('end', resolve);
      });
      asked.once('error', reject);
    });
    const viewer = await view(gateway.url('film.mp4'));
    const begin = await viewer.atLeast(mebibytes(1));
    const code = new Promise<number | null>((resolve) => gateway.process.onExit(resolve));

    process.kill(gateway.process.pid, 'SIGTERM');
    await rig.until('it takes nobody in', async () => {
      const refused = await fetch(gateway.url('film.mp4'), { method: 'HEAD' }).catch(() => null);
      return refused === null;
    });
    const rest = await viewer.rest();

    expect(Buffer.concat([begin, rest]).equals(await readFile(film))).toBe(true);
    expect(await code).toBe(0);
  });
});
