import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { clip, makeFilm, mebibytes, Rig } from '../rig.js';
import { startGateway } from './a-gateway.js';

const run = promisify(execFile);

describe('programs that people play and fetch films with', () => {
  it('curl fetches a film, goes on where it left off, and puts one', async ({ skip }) => {
    if (!(await isThere('curl'))) return skip('curl is not there');
    const { rig, gateway, film } = await aFilm();
    const url = gateway.url('film.mp4');
    const out = rig.path('out.mp4');

    await run('curl', ['-sSf', '-r', '0-999999', '-o', out, url]);
    await run('curl', ['-sSf', '-C', '-', '-o', out, url]);
    const { stdout } = await run('curl', [
      '-sS',
      ...['-o', '/dev/null', '-w', '%{http_code}', '-H', 'If-None-Match: *'],
      ...['-T', film, gateway.url('other.mp4')],
    ]);

    expect((await readFile(out)).equals(await readFile(film))).toBe(true);
    expect(stdout).toBe('201');
    expect((await rig.stat('other.mp4')).size).toBe((await readFile(film)).length);
  });

  it('ffprobe finds in a film what is in it', async ({ skip }) => {
    if (!(await isThere('ffprobe'))) return skip('ffprobe is not there');
    const { gateway } = await aFilm();
    const probe = async (from: string): Promise<unknown> => {
      const { stdout } = await run('ffprobe', [
        ...['-v', 'error', '-of', 'json', '-show_entries', 'stream=codec_name,width,nb_frames'],
        from,
      ]);
      return JSON.parse(stdout);
    };

    expect(await probe(gateway.url('film.mp4'))).toEqual(await probe(clip));
  });

  it('ffmpeg decodes the same pictures from the middle of a film, and meets no error', async ({
    skip,
  }) => {
    if (!(await isThere('ffmpeg'))) return skip('ffmpeg is not there');
    const { gateway } = await aFilm();
    const pictures = async (from: string): Promise<string> => {
      const { stdout, stderr } = await run('ffmpeg', [
        ...['-v', 'error', '-ss', '0.5', '-i', from, '-f', 'framemd5', '-'],
      ]);
      expect(stderr).toBe('');
      return stdout;
    };

    const played = await pictures(gateway.url('film.mp4'));

    expect(played).toBe(await pictures(clip));
    expect(played).toMatch(/^0, /m);
  });
});

async function aFilm() {
  const rig = await Rig.start({ keepers: 3 });
  const film = await makeFilm(rig.path('film.mp4'), mebibytes(12));
  await rig.succeed('put', film);
  return { rig, gateway: await startGateway(rig), film };
}

async function isThere(program: string): Promise<boolean> {
  const places = (process.env['PATH'] ?? '').split(':');
  const found = await Promise.allSettled(places.map((place) => access(`${place}/${program}`)));
  return found.some(({ status }) => status === 'fulfilled');
}
