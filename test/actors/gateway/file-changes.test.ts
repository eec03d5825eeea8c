import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Cluster, PutRequest } from '../../../src/actors/client/cluster.js';
import { fileRoutes } from '../../../src/actors/gateway/file-routes.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { aFileView, aSpoolDirectory, openSpool } from './a-spool.js';
import { startApp } from './an-app.js';

const body = '0123456789';
const lines = (...of: readonly string[]): string => `${of.join('\r\n')}\r\n\r\n`;

describe('a PUT', () => {
  it('gives the cluster the bytes, and asks it to replace unless the request says otherwise', async () => {
    const { origin, puts, left } = await aGateway();

    const replacing = await fetch(`${origin}/files/a.mp4`, { method: 'PUT', body });
    const careful = await fetch(`${origin}/files/b.mp4`, {
      method: 'PUT',
      body,
      headers: { 'if-none-match': '*' },
    });

    expect([replacing.status, careful.status]).toEqual([201, 201]);
    expect(puts.map(({ name, replace, bytes }) => [name, replace, bytes])).toEqual([
      ['a.mp4', true, body],
      ['b.mp4', false, body],
    ]);
    expect(await left()).toEqual([]);
  });

  it.each([
    ['the name was taken meanwhile', 'conflict', { 'if-none-match': '*' }, 412],
    ['the name is being written', 'conflict', {}, 409],
    ['it is no mp4', 'refused-input', {}, 422],
    ['no keeper can be reached', 'unavailable', {}, 503],
    ['nobody knows what came of it', 'unknown-outcome', {}, 504],
  ] as const)('is told that %s, and leaves nothing', async (_, code, headers, status) => {
    const { origin, left } = await aGateway({
      put: () => Promise.reject(new ReelkeepError(code, 'so it is')),
    });

    const response = await fetch(`${origin}/files/a.mp4`, { method: 'PUT', body, headers });

    expect([response.status, await response.json()]).toEqual([
      status,
      { error: { code, message: 'so it is' } },
    ]);
    expect(await left()).toEqual([]);
  });

  it('is judged again when its bytes are there', async () => {
    let asked = 0;
    const { origin, puts } = await aGateway({
      stat: async () => {
        asked += 1;
        return { ...aFileView, digest: (asked === 1 ? 'a' : 'b').repeat(64) } as FileView;
      },
    });

    const response = await fetch(`${origin}/files/a.mp4`, {
      method: 'PUT',
      body,
      headers: { 'if-match': `"${'a'.repeat(64)}"` },
    });

    expect([response.status, puts.length, asked]).toEqual([412, 0, 2]);
  });

  it.each([
    ['for which no keeper has room', '1001', 507, 'no-space'],
    ['that can be no file', '99999999999999999', 413, 'refused-input'],
    ['that the spool cannot take', '2000000000', 422, 'refused-input'],
  ])('%s is refused before a byte of it is sent', async (_, length, status, code) => {
    const freeBytes = code === 'no-space' && length === '1001' ? 1_000 : 2 ** 50;
    const { raw, port } = await aGateway({ freeBytes });

    const answer = await raw(
      lines(
        'PUT /files/a.mp4 HTTP/1.1',
        `Host: localhost:${port}`,
        `Content-Length: ${length}`,
        'Expect: 100-continue',
        'Connection: close',
      ),
    );

    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
  });

  it('may be of nothing at all', async () => {
    const { origin, puts } = await aGateway();

    const response = await fetch(`${origin}/files/a.mp4`, { method: 'PUT' });

    expect([response.status, puts.map(({ bytes }) => bytes)]).toEqual([201, ['']]);
  });

  it('that was refused while its bytes still come is cut after a while', async () => {
    const { raw, port, config } = await aGateway();
    const beganMs = performance.now();

    const answer = await raw(
      `${lines('PUT /files/a.mp4 HTTP/1.1', `Host: localhost:${port}`, 'Content-Encoding: gzip', 'Content-Length: 1000')}abc`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 415 /);
    expect(performance.now() - beganMs).toBeLessThan(10 * config.http.unreadBodyMs);
  });
});

interface Play {
  readonly put?: Cluster['put'];
  readonly stat?: Cluster['stat'];
  readonly freeBytes?: number;
}

/** What the cluster was given, as it was then. */
interface Given {
  readonly name: string;
  readonly replace: boolean | undefined;
  readonly bytes: string;
}

async function aGateway(play: Play = {}) {
  const directory = await aSpoolDirectory();
  const spool = await openSpool(directory);
  const puts: Given[] = [];
  const take = async ({ name, replace, path }: PutRequest): Promise<FileView> => {
    puts.push({ name, replace, bytes: await readFile(path, 'utf8') });
    return { ...aFileView, name };
  };
  const cluster = {
    put: play.put ?? take,
    stat:
      play.stat ?? (() => Promise.reject(new ReelkeepError('not-found', 'there is no such file'))),
    keepers: async () => [
      { state: 'alive', disk: 'sound', freeBytes: play.freeBytes ?? 2 ** 50 },
      { state: 'lost', disk: 'sound', freeBytes: 2 ** 60 },
    ],
  } as unknown as Cluster;
  const app = await startApp([fileRoutes], { cluster, spool });
  onTestFinished(() => spool.close());
  const left = (): Promise<readonly string[]> => readdir(join(directory, 'uploads'));
  return { ...app, puts, left, config: app.world.config };
}
