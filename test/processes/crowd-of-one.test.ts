import { mkdir, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeAuthority, startCertified } from './certified.js';
import { makeFilm, mebibytes, sha256 } from './rig.js';

const count = 100;
const names = Array.from({ length: count }, (_, at) => `${at}.mp4`);

describe('one client with as many transfers at a time as it may have', () => {
  it('stores and fetches all of its films, though no keeper serves it so many at once', {
    timeout: 180_000,
  }, async () => {
    const ca = await makeAuthority();
    const rig = await startCertified(ca, { keepers: 3, keeperArgs: ['--data-tls', 'on'] });
    for (const directory of ['films', 'back']) await mkdir(rig.path(directory));
    for (const name of names) await makeFilm(rig.path('films', name), mebibytes(5));

    await rig.succeed('put', '--parallel', '64', rig.path('films'));
    await rig.healthy();
    await rig.succeed('get', ...names, '-o', rig.path('back'), '--parallel', '64');

    expect(await readdir(rig.path('back'))).toHaveLength(count);
    for (const name of ['0.mp4', '63.mp4', '99.mp4'])
      expect(await sha256(rig.path('back', name))).toBe(await sha256(rig.path('films', name)));
  });
});
