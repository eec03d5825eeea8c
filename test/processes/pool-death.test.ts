import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { clip, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

/** Loaded into every thread of a server: those of its pool end at the first file that they have made. */
const endsInStaging = `
const { isMainThread } = require('node:worker_threads');
const fs = require('node:fs');
const { openSync } = fs;
if (!isMainThread) {
  fs.openSync = (path, ...rest) => {
    const fd = openSync(path, ...rest);
    if (String(path).includes('/staging/')) process.exit(9);
    return fd;
  };
  require('node:module').syncBuiltinESMExports();
}
`;

describe('a keeper whose pool loses a thread before it tells what it opened', () => {
  it('S50, L3: ends with the reason instead of beating on, and the put goes elsewhere', {
    timeout: 120_000,
  }, async () => {
    let through: readonly string[] = [];
    const launch = (name: string) => (name === 'k1' ? { through } : {});
    const rig = await Rig.start({ keepers: 3, launch });
    await rig.succeed('put', clip);
    await rig.healthy();
    await rig.kill('k1');
    await writeFile(rig.path('ends-in-staging.cjs'), endsInStaging);
    through = ['env', `NODE_OPTIONS=--require=${rig.path('ends-in-staging.cjs')}`];
    const dying = await rig.startKeeper('k1');
    const exitCode = new Promise((resolve) => dying.onExit(resolve));
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));

    await rig.succeed('put', film);

    expect(await exitCode).toBe(1);
    expect(await readFile(rig.path('k1.log'), 'utf8')).toContain(
      'a thread of the hash pool failed: worker exited with code: 9',
    );
    through = [];
    await rig.startKeeper('k1');
    await rig.healthy();
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect(await rig.staged()).toEqual([]);
  });
});
