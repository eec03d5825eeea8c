import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seed } from '../../seed.js';
import { clip, makeFilm, mebibytes, Rig } from '../rig.js';
import { type Gateway, startGateway } from './a-gateway.js';
import { type Part, partsOf } from './parts.js';

const name = 'films/Ä 100% #1?.mp4';

describe(`a file over HTTP (seed ${seed})`, () => {
  it('S3: is read in any part, and several at once, with the bytes that were put', async () => {
    const { gateway, bytes } = await aFilm(mebibytes(13) + 77);
    const { length: size } = bytes;
    const part = fc
      .tuple(fc.nat(size - 1), fc.nat(size - 1))
      .map((ends) => ends.sort((a, b) => a - b));

    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
        const range = parts.map(([first, last]) => `${first}-${last}`).join(',');
        const response = await fetch(gateway.url(name), { headers: { range: `bytes=${range}` } });
        const body = Buffer.from(await response.arrayBuffer());

        expect(response.status).toBe(206);
        expect(body.length).toBe(Number(response.headers.get('content-length')));
        const got = partsOf(response.headers, body);
        for (const { first, last, content } of got)
          expect(Buffer.compare(content, bytes.subarray(first, last + 1))).toBe(0);
        expect(parts.filter((one) => !got.some((part) => covers(part, one)))).toEqual([]);
      }),
      { seed, numRuns: 15 },
    );
  });

  it('is described, and read in whole, by its name as a path', async () => {
    const { gateway, bytes, rig } = await aFilm(mebibytes(5));
    const { digest, createdAt } = await rig.stat(name);

    const head = await fetch(gateway.url(name), { method: 'HEAD' });
    const whole = await fetch(`${gateway.url(name)}?download`);

    const { headers } = head;
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    expect(headers.get('etag')).toBe(`"${digest}"`);
    expect(headers.get('accept-ranges')).toBe('bytes');
    expect(headers.get('content-type')).toBe('video/mp4');
    expect(headers.get('content-length')).toBe(String(bytes.length));
    const modifiedMs = Date.parse(createdAt);
    expect(Date.parse(headers.get('last-modified') ?? '')).toBe(modifiedMs - (modifiedMs % 1000));
    expect(headers.get('content-disposition')).toBeNull();
    expect(whole.headers.get('content-disposition')).toBe(
      'attachment; filename="_ 100_ #1?.mp4"; filename*=UTF-8\'\'%C3%84%20100%25%20%231%3F.mp4',
    );
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('answers conditions, and what cannot be', async () => {
    const { gateway, bytes } = await aFilm(mebibytes(5));
    const url = gateway.url(name);
    const first = await fetch(url, { headers: { range: 'bytes=0-0' } });
    const etag = first.headers.get('etag') ?? '';
    const modified = first.headers.get('last-modified') ?? '';
    const ask = async (headers: Record<string, string>): Promise<number> => {
      const response = await fetch(url, { headers });
      await response.arrayBuffer();
      return response.status;
    };

    expect(await ask({ 'if-none-match': etag })).toBe(304);
    expect(await ask({ 'if-none-match': '"other"', range: 'bytes=0-1' })).toBe(206);
    expect(await ask({ 'if-modified-since': modified })).toBe(304);
    expect(await ask({ 'if-match': '"other"' })).toBe(412);
    expect(await ask({ 'if-unmodified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' })).toBe(412);
    expect(await ask({ 'if-range': etag, range: 'bytes=0-1' })).toBe(206);
    expect(await ask({ 'if-range': modified, range: 'bytes=0-1' })).toBe(206);
    expect(await ask({ 'if-range': '"other"', range: 'bytes=0-1' })).toBe(200);

    const beyond = await fetch(url, { headers: { range: `bytes=${bytes.length}-` } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([
      416,
      `bytes */${bytes.length}`,
    ]);
    const nowhere = await fetch(gateway.url('nowhere.mp4'));
    expect([nowhere.status, await nowhere.json()]).toEqual([
      404,
      { error: { code: 'not-found', message: 'there is no file "nowhere.mp4"' } },
    ]);
    const wrong = await fetch(url, { method: 'POST' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, DELETE']);
    expect((await fetch(`${gateway.origin}/files/`)).status).toBe(422);
    expect((await fetch(`${gateway.origin}/files/a//b`)).status).toBe(422);
  });

  it('S22: may be empty', async () => {
    const rig = await Rig.start({ keepers: 1, masterArgs: ['--accept', 'any', '--replicas', '1'] });
    const gateway = await startGateway(rig);
    await writeFile(rig.path('empty'), '');
    await rig.succeed('put', rig.path('empty'), '--as', 'empty');

    const whole = await fetch(gateway.url('empty'));
    const part = await fetch(gateway.url('empty'), { headers: { range: 'bytes=0-' } });

    expect([whole.status, await whole.text()]).toEqual([200, '']);
    expect([part.status, part.headers.get('content-range')]).toEqual([416, 'bytes */0']);
  });

  it('S13, S35: is not there any more once it was removed, and another one once it was replaced', async () => {
    const { gateway, rig } = await aFilm(mebibytes(5));
    const url = gateway.url(name);
    const before = await fetch(url);
    await before.arrayBuffer();

    await rig.succeed('put', clip, '--as', name, '--replace');
    const after = await fetch(url, {
      headers: { 'if-range': before.headers.get('etag') ?? '', range: 'bytes=4-7' },
    });
    const replaced = Buffer.from(await after.arrayBuffer());
    await rig.succeed('rm', name);
    const removed = await fetch(url);

    expect(after.status).toBe(200);
    expect(replaced.equals(await readFile(clip))).toBe(true);
    expect(removed.status).toBe(404);
  });
});

const covers = ({ first, last }: Part, [from = 0, to = 0]: readonly number[]): boolean =>
  first <= from && last >= to;

interface Film {
  readonly rig: Rig;
  readonly gateway: Gateway;
  readonly bytes: Buffer;
}

async function aFilm(size: number): Promise<Film> {
  const rig = await Rig.start({ keepers: 3 });
  const film = await makeFilm(rig.path('film.mp4'), size);
  await rig.succeed('put', film, '--as', name, '--acks', '3');
  return { rig, gateway: await startGateway(rig), bytes: await readFile(film) };
}
