import { describe, expect, it, onTestFinished } from 'vitest';
import { countInLog, keeperChanges } from '../master-log.js';
import { makeFilm, mebibytes, Rig, sha256 } from '../rig.js';
import { expectSound } from '../sound-cluster.js';
import { skipWithout, tell } from '../tell.js';
import { Namespace, namespacesAreMissing } from './namespace.js';

describe('a keeper on a network of its own', () => {
  it('L1, L6: is replaced when its cable is out, comes back once, and works on a bad line', {
    timeout: 180_000,
  }, async ({ skip }) => {
    skipWithout(namespacesAreMissing(), skip);
    const cable = Namespace.create();
    onTestFinished(() => cable.remove());
    const rig = await Rig.start({
      keepers: 4,
      masterArgs: [
        '--host',
        '0.0.0.0',
        '--insecure',
        '--suspect-after',
        '2s',
        '--lost-after',
        '5s',
      ],
      launch: (name, masterPort) => {
        if (name === 'master') return {};
        const host = name === 'k1' ? cable.inside : cable.host;
        const args = ['--host', host, '--insecure', '--master', `${cable.host}:${masterPort}`];
        return name === 'k1' ? { args, through: cable.through } : { args };
      },
    });
    const films = new Map<string, string>();
    const put = async (name: string, tint: number): Promise<void> => {
      const film = await makeFilm(rig.path(name), mebibytes(9), tint);
      await rig.succeed('put', film);
      films.set(name, await sha256(film));
    };
    await put('before.mp4', 1);
    await rig.healthy();

    cable.pullCable();
    await rig.until('it is lost', async () => (await rig.keeperStates())['k1'] === 'lost');
    await put('meanwhile.mp4', 2);
    await rig.until('three others have each file', async () => {
      const { belowTarget } = await rig.status();
      return belowTarget === 0;
    });
    cable.plugCable();
    await rig.until('it is back', async () => (await rig.keeperStates())['k1'] === 'alive');
    const changes = await keeperChanges(rig, 'k1');
    const spoilt = cable.spoil();
    await put('afterwards.mp4', 3);
    await rig.succeed('get', 'before.mp4', '-o', rig.path('back.mp4'));

    expect(changes.slice(0, 4)).toEqual(['joining', 'alive', 'suspect', 'lost']);
    // A stream that outlived the cable is heard again; a keeper whose stream broke registers anew.
    expect([['alive'], ['joining', 'alive']]).toContainEqual(changes.slice(4));
    expect(await sha256(rig.path('back.mp4'))).toBe(films.get('before.mp4'));
    await expectSound(rig, films);
    tell(
      `cable out and in, then ${spoilt}: ${changes.join(', ')}; ${await countInLog(rig, 'copy ordered')} copies`,
    );
  });
});
