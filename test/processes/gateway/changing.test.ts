import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { clip, makeFilm, mebibytes, Rig, sha256 } from '../rig.js';
import { type Gateway, startGateway } from './a-gateway.js';

const name = 'films/a b.mp4';

describe('a film that is put over HTTP', () => {
  it('is stored, replaced as the request says, and removed', async () => {
    const { rig, gateway } = await aGateway();
    const url = gateway.url(name);
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9) + 3);

    const created = await put(url, film);
    const stored = await rig.stat(name);
    const kept = await put(url, clip, { 'if-none-match': '*' });
    const stale = await put(url, clip, { 'if-match': '"other"' });
    const replaced = await put(url, clip, { 'if-match': `"${stored.digest}"` });
    const after = await rig.stat(name);
    const refused = await fetch(url, { method: 'DELETE', headers: { 'if-match': created.etag } });
    const removed = await fetch(url, { method: 'DELETE' });
    const again = await fetch(url, { method: 'DELETE' });

    expect(created).toMatchObject({
      status: 201,
      continued: true,
      etag: `"${stored.digest}"`,
      location: '/files/films/a%20b.mp4',
    });
    expect(stored.size).toBe(mebibytes(9) + 3);
    expect([kept.status, kept.continued]).toEqual([412, false]);
    expect([stale.status, stale.continued]).toEqual([412, false]);
    expect([replaced.status, replaced.etag]).toEqual([204, `"${after.digest}"`]);
    expect(after.size).toBe((await stat(clip)).size);
    expect([refused.status, removed.status, again.status]).toEqual([412, 204, 404]);
    expect(await rig.succeed('ls')).toBe('');
    expect(await spooled(rig)).toEqual([]);
  });

  it('comes back as it went in, also when nobody has said how long it is', async () => {
    const { rig, gateway } = await aGateway();
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(5) + 3);

    const response = await fetch(gateway.url(name), {
      method: 'PUT',
      body: createReadStream(film) as unknown as NonNullable<RequestInit['body']>,
      duplex: 'half',
    } as RequestInit);
    const back = await fetch(gateway.url(name));

    expect(response.status).toBe(201);
    expect(Buffer.from(await back.arrayBuffer()).equals(await readFile(film))).toBe(true);
    await rig.succeed('get', name, '-o', rig.path('back.mp4'));
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
  });

  it('is refused when it is no film, has no good name, or is a part of one', async () => {
    const { rig, gateway } = await aGateway();
    const text = rig.path('text.mp4');
    await writeFile(text, 'no film at all');

    const noFilm = await put(gateway.url(name), text);
    const noName = await put(`${gateway.origin}/files/a//b.mp4`, clip);
    const part = await put(gateway.url(name), clip, { 'content-range': 'bytes 0-9/100' });
    const packed = await put(gateway.url(name), clip, { 'content-encoding': 'gzip' });

    expect([noFilm.status, noFilm.continued]).toEqual([422, true]);
    expect(JSON.parse(noFilm.body)).toMatchObject({ error: { code: 'refused-input' } });
    expect([noName.status, noName.continued]).toEqual([422, false]);
    expect([part.status, packed.status]).toEqual([400, 415]);
    expect(await rig.succeed('ls')).toBe('');
    expect(await spooled(rig)).toEqual([]);
  });

  it('S12: leaves nothing when it breaks off', async () => {
    const { rig, gateway } = await aGateway();
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));

    const asked = request(gateway.url(name), {
      method: 'PUT',
      headers: { 'content-length': mebibytes(9) },
    });
    asked.on('error', () => undefined);
    asked.write((await readFile(film)).subarray(0, mebibytes(3)));
    await rig.until('it is being received', async () => (await spooled(rig)).length > 0);
    asked.destroy();

    await rig.until('nothing is left of it', async () => (await spooled(rig)).length === 0);
    expect(await rig.succeed('ls')).toBe('');
    expect(await rig.staged()).toEqual([]);
  });

  it('is not begun while the master is away', async () => {
    const { rig, gateway } = await aGateway(['--timeout', '1s']);
    await rig.kill('master');

    const answer = await put(gateway.url(name), clip);

    expect([answer.status, answer.continued]).toEqual([503, false]);
  });
});

async function aGateway(args: readonly string[] = []): Promise<{ rig: Rig; gateway: Gateway }> {
  const rig = await Rig.start({ keepers: 3 });
  return { rig, gateway: await startGateway(rig, args) };
}

const spooled = (rig: Rig): Promise<readonly string[]> =>
  readdir(rig.path('gateway', 'uploads')).catch(() => []);

interface PutAnswer {
  readonly status: number;
  /** It was told to go on before it sent anything. */
  readonly continued: boolean;
  readonly etag: string;
  readonly location: string;
  readonly body: string;
}

/** Sends the bytes when it is told to go on. */
async function put(
  url: string,
  path: string,
  headers: IncomingHttpHeaders = {},
): Promise<PutAnswer> {
  const { size } = await stat(path);
  const asked = request(url, {
    method: 'PUT',
    agent: false,
    headers: { expect: '100-continue', 'content-length': size, ...headers },
  });
  let continued = false;
  asked.once('continue', () => {
    continued = true;
    createReadStream(path).pipe(asked);
  });
  return new Promise((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (answer) => {
      text(answer).then((body) => {
        asked.destroy();
        const { etag = '', location = '' } = answer.headers;
        resolve({ status: answer.statusCode ?? 0, continued, etag, location, body });
      }, reject);
    });
    asked.flushHeaders();
  });
}
