import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type ProgramRun, runClientProcess } from '../../src/cli/local/run-program.js';
import { clip, makeFilm, mebibytes, Rig } from './rig.js';

/** A picture that calls itself a film. */
const jpg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb004300080606070605', 'hex');

describe('a refusal', () => {
  it('is one clear line and an exit code', { timeout: 120_000 }, async () => {
    const rig = await Rig.start({ keepers: 1 });
    await writeFile(rig.path('picture.mp4'), jpg);
    await writeFile(rig.path('empty.mp4'), '');
    await makeFilm(rig.path('half.mp4'), mebibytes(1));
    await truncate(rig.path('half.mp4'), mebibytes(0.5));
    await rig.succeed('put', clip, '--as', 'there.mp4');

    const told = {
      picture: line(await rig.client('put', rig.path('picture.mp4'))),
      half: line(await rig.client('put', rig.path('half.mp4'))),
      empty: line(await rig.client('put', rig.path('empty.mp4'))),
      dots: line(await rig.client('put', clip, '--as', '../up.mp4')),
      exists: line(await rig.client('put', clip, '--as', 'there.mp4')),
      absent: line(await rig.client('get', 'nowhere.mp4', '-o', rig.path('x.mp4'))),
      noLocal: line(await rig.client('put', rig.path('nowhere.mp4'))),
      usage: line(await rig.client('put')),
    };

    expect(told).toMatchObject({
      picture: { code: 10, lines: 1 },
      half: { code: 10, lines: 1, text: expect.stringContaining('missing') },
      empty: { code: 10, lines: 1 },
      dots: { code: 10, lines: 1, text: expect.stringContaining('".."') },
      exists: { code: 6, lines: 1 },
      absent: { code: 3, lines: 1 },
      noLocal: { code: 3, lines: 1 },
      usage: { code: 2, lines: 1 },
    });
    expect(await rig.succeed('ls')).toBe('there.mp4\n');
  });

  it('comes when there is no master', { timeout: 60_000 }, async () => {
    const run = await runClientProcess('127.0.0.1:1', ['--timeout', '500ms', 'put', clip]);

    expect(line(run)).toMatchObject({ code: 5, lines: 1 });
  });

  it('comes when there is no keeper', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 0 });

    const run = await rig.client('--timeout', '5s', 'put', clip);

    expect(line(run)).toMatchObject({
      code: 5,
      lines: 1,
      text: expect.stringContaining('no keeper'),
    });
  });

  it('comes as one JSON object when JSON is asked for', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 0 });

    const run = await rig.client('--json', 'stat', 'nowhere.mp4');

    expect(JSON.parse(run.stderr)).toEqual({
      error: { code: 'not-found', message: 'there is no file "nowhere.mp4"', exit: 3 },
    });
  });

  it('writes nothing where it may not', { timeout: 60_000 }, async (test) => {
    if (process.getuid?.() === 0) return test.skip('root may write everywhere');
    const rig = await Rig.start({ keepers: 1 });
    await rig.succeed('put', clip);
    await mkdir(rig.path('closed'));
    await chmod(rig.path('closed'), 0o500);

    const run = await rig.client('get', 'clip.mp4', '-o', rig.path('closed', 'clip.mp4'));

    expect(line(run)).toMatchObject({ code: 4, lines: 1 });
  });

  it('keeps a good file that is there already', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 1 });
    await rig.succeed('put', clip);
    await writeFile(rig.path('mine.mp4'), 'mine');

    const run = await rig.client('get', 'clip.mp4', '-o', rig.path('mine.mp4'));

    expect(line(run)).toMatchObject({ code: 6, lines: 1 });
    expect(await readFile(rig.path('mine.mp4'), 'utf8')).toBe('mine');
  });

  it('starts no server in a place that takes no directories', { timeout: 60_000 }, async ({
    skip,
  }) => {
    if (process.platform !== 'linux') return skip('there is no /proc');
    const rig = await Rig.start({ keepers: 1 });

    const refused = rig.startKeeper('k2', ['--data', '/proc/reelkeep']);

    await expect(refused).rejects.toThrow('ended with exit code 2');
    expect(await readFile(rig.path('k2.log'), 'utf8')).toContain(
      'reelkeep keeper: /proc/reelkeep cannot be made: /proc takes no new directories',
    );
  });

  it('starts no second server on a directory or a port', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 1 });
    const { port } = rig.server('k1').ready;

    const sameDirectory = rig.startKeeper('k1', ['--port', '0']);
    await expect(sameDirectory).rejects.toThrow('ended with exit code 6');
    const samePort = rig.startKeeper('k2', ['--port', String(port)]);
    await expect(samePort).rejects.toThrow('ended with exit code 6');
    expect(await rig.keeperStates()).toEqual({ k1: 'alive' });
  });
});

const line = ({ code, stderr }: ProgramRun) => ({
  code,
  lines: stderr.trimEnd().split('\n').length,
  text: stderr,
});
