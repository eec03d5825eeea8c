import { describe, expect, it } from 'vitest';
import { makeFilm, mebibytes, Rig } from './rig.js';

describe('repair within its bounds', () => {
  it('takes in no more than the ceiling, unless a file has one replica left', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4, keeperArgs: ['--repair-ceiling', '8MiB'] });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(24));
    await rig.succeed('put', film, '--acks', '3');
    await rig.healthy();
    const victim = (await rig.stat('film.mp4')).replicas[0]?.keeper ?? '';

    const killedMs = performance.now();
    await rig.kill(victim);
    await rig.until('it is lost', async () => (await rig.keeperStates())[victim] === 'lost');
    await rig.healthy();
    const healedMs = performance.now() - killedMs;

    // Six chunks of 4 MiB, of which the first does not wait.
    const chunkMs = 500;
    const brokenAfterMs = 1000;
    expect(healedMs).toBeGreaterThan(brokenAfterMs + 5 * chunkMs - 100);
  });

  it('is refused below what a copy needs', async () => {
    const rig = await Rig.start({ keepers: 0 });

    const refused = rig.startKeeper('k1', ['--repair-floor', '1MiB']);

    await expect(refused).rejects.toThrow('ended with exit code 2');
  });
});
