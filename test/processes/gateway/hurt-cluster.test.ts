import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { flipByte, makeFilm, mebibytes, Rig } from '../rig.js';
import { type Gateway, startGateway, view } from './a-gateway.js';

const filmBytes = mebibytes(96) + 5;

describe('a film that is being played', () => {
  it('S3, L3: goes on with the right bytes when one keeper is killed and the replica of another has rotted', async () => {
    const { rig, gateway, bytes } = await aFilm(['--scrub-every', '3650d']);
    const [rotten, killed] = (await rig.stat('film.mp4')).replicas;
    if (rotten === undefined || killed === undefined) throw new Error('there are three replicas');
    for (let at = mebibytes(30); at < filmBytes; at += mebibytes(4))
      await flipByte(rig.replicaFile(rotten), at);

    const viewer = await view(gateway.url('film.mp4'));
    const begin = await viewer.atLeast(mebibytes(1));
    await rig.kill(killed.keeper);
    const rest = await viewer.rest();

    expect(Buffer.concat([begin, rest]).equals(bytes)).toBe(true);
    await rig.until('the rotten replica is set aside', async () => {
      const names = await readdir(rig.data(rotten.keeper, 'quarantine'));
      return names.length > 0;
    });
  });

  it('goes on while the master is away, and no other one begins', async () => {
    const { rig, gateway, bytes } = await aFilm([], ['--timeout', '2s']);
    const viewer = await view(gateway.url('film.mp4'));
    const begin = await viewer.atLeast(mebibytes(1));

    await rig.kill('master');
    const other = await fetch(gateway.url('film.mp4'));
    const rest = await viewer.rest();

    expect([other.status, other.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await other.json()).toMatchObject({ error: { code: 'unavailable' } });
    expect(Buffer.concat([begin, rest]).equals(bytes)).toBe(true);

    await rig.startMaster();
    await rig.until('films can be played again', async () => {
      const { status } = await fetch(gateway.url('film.mp4'), { method: 'HEAD' });
      return status === 200;
    });
  });

  it('S13, S35: gives no other bytes when it is removed, and another film gets its name', async () => {
    const { rig, gateway, bytes } = await aFilm();
    const other = await makeFilm(rig.path('other.mp4'), filmBytes, 1);
    const viewer = await view(gateway.url('film.mp4'));
    const begin = await viewer.atLeast(mebibytes(1));

    await rig.succeed('put', other, '--as', 'film.mp4', '--replace');
    const rest: Buffer[] = [];
    // It may break off: the keepers have been told to delete what is being played.
    await viewer
      .eachPiece((piece) => rest.push(piece))
      .catch((error: unknown) => expect(String(error)).toMatch(/aborted|ECONNRESET/));

    const played = Buffer.concat([begin, ...rest]);
    expect(played.equals(bytes.subarray(0, played.length))).toBe(true);
    const now = await fetch(gateway.url('film.mp4'));
    expect(Buffer.from(await now.arrayBuffer()).equals(await readFile(other))).toBe(true);
  });

  it('S3: breaks off rather than give wrong bytes, when every replica has rotted', async () => {
    const { rig, gateway, bytes } = await aFilm(['--scrub-every', '3650d'], ['--timeout', '1s']);
    for (const replica of (await rig.stat('film.mp4')).replicas)
      await flipByte(rig.replicaFile(replica), mebibytes(40));

    const played: Buffer[] = [];
    const viewer = await view(gateway.url('film.mp4'));
    const playing = viewer.eachPiece((piece) => played.push(piece));
    await expect(playing).rejects.toThrow(/aborted|ECONNRESET/);
    const other = await fetch(gateway.url('film.mp4'), {
      headers: { range: `bytes=${mebibytes(40)}-` },
    });

    expect([502, 503]).toContain(other.status);
    expect(other.headers.get('etag')).toBeNull();
    const all = Buffer.concat(played);
    expect(all.length).toBeLessThanOrEqual(mebibytes(40));
    expect(all.equals(bytes.subarray(0, all.length))).toBe(true);
  });
});

interface Film {
  readonly rig: Rig;
  readonly gateway: Gateway;
  readonly bytes: Buffer;
}

async function aFilm(
  keeperArgs: readonly string[] = [],
  gatewayArgs: readonly string[] = [],
): Promise<Film> {
  const rig = await Rig.start({ keepers: 3, keeperArgs });
  const film = await makeFilm(rig.path('film.mp4'), filmBytes);
  await rig.succeed('put', film, '--acks', '3');
  return { rig, gateway: await startGateway(rig, gatewayArgs), bytes: await readFile(film) };
}
