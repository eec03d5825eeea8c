import { describe, expect, it } from 'vitest';
import { sayContinue } from '../../../src/actors/gateway/continue.js';
import { HttpRefusal } from '../../../src/actors/gateway/error-answers.js';
import type { Routes } from '../../../src/actors/gateway/routes.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { startApp } from './an-app.js';

const open = { config: { access: 'open' } } as const;

const echo: Routes = (app) => {
  app.get('/hello', open, () => ({ hello: true }));
  app.post('/echo', open, (request) => request.body);
  app.post<{ Querystring: { no?: string } }>(
    '/careful',
    { config: { continues: 'itself', access: 'open' } },
    (request, reply) => {
      if (request.query.no !== undefined) throw new ReelkeepError('conflict', 'the name exists');
      sayContinue(request, reply);
      return reply.send({ careful: true });
    },
  );
  app.get('/defect', open, () => {
    throw new TypeError('secrets');
  });
  app.get('/refused', open, () => {
    throw new HttpRefusal(416, 'usage', 'nothing there', { 'Content-Range': 'bytes */7' });
  });
  app.get('/away', open, () => {
    throw new ReelkeepError('unavailable', 'the master does not answer');
  });
};

describe('what every answer has', () => {
  it('is the headers by which a browser keeps pages of others out', async () => {
    const { origin } = await startApp([echo]);

    const { headers } = await fetch(`${origin}/hello`);

    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });
});

describe('an error', () => {
  it.each([
    ['/nowhere', 404, 'not-found', 'there is nothing here'],
    ['/defect', 500, 'internal', 'a defect; the log has it'],
    ['/refused', 416, 'usage', 'nothing there'],
    ['/away', 503, 'unavailable', 'the master does not answer'],
    ['/%zz', 400, 'usage', "'/%zz' is not a valid url component"],
  ])('of %s is told as %i with its code', async (path, status, code, message) => {
    const { origin } = await startApp([echo]);

    const response = await fetch(origin + path);

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: { code, message } });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('brings the headers of its status', async () => {
    const { origin } = await startApp([echo]);

    const refused = await fetch(`${origin}/refused`);
    const away = await fetch(`${origin}/away`);

    expect(refused.headers.get('content-range')).toBe('bytes */7');
    expect(away.headers.get('retry-after')).toBe('1');
  });

  it('is told of a body that is too long', async () => {
    const { origin } = await startApp([echo]);

    const response = await fetch(`${origin}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(65 * 1024)),
    });

    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'usage' } });
  });

  it('is told of what is no request, and the connection ends', async () => {
    const app = await startApp([echo]);

    const answer = await app.raw('GARBAGE\r\n\r\n');

    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('{"error":{"code":"usage","message":"this is no HTTP request"}}');
  });

  it('is told of headers that are too long', async () => {
    const app = await startApp([echo]);

    const answer = await app.raw(`GET / HTTP/1.1\r\nX: ${'x'.repeat(17 * 1024)}\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('a request', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST'])('may ask for %s', async (host) => {
    const app = await startApp([echo]);

    expect(await app.raw(get('/hello', `${host}:${app.port}`))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each(['evil.example', 'localhost.evil.example', 'localhost', '127.0.0.1:1', ''])(
    'is refused that asks for the host "%s"',
    async (host) => {
      const app = await startApp([echo]);

      const answer = await app.raw(get('/hello', host));

      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('"code":"not-allowed"');
    },
  );

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{}, 200],
  ])('that changes something and says %j is answered with %i', async (headers, status) => {
    const app = await startApp([echo]);

    const response = await fetch(`${app.origin}/careful`, { method: 'POST', headers });

    expect(response.status).toBe(status);
  });

  it('that changes something may come from a page of its own', async () => {
    const { origin } = await startApp([echo]);

    const response = await fetch(`${origin}/careful`, { method: 'POST', headers: { origin } });

    expect(response.status).toBe(200);
  });
});

describe('a caller that waits to be told to go on', () => {
  const waiting = (path: string, port: number): string =>
    `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;

  it('is told before its body is read', async () => {
    const app = await startApp([echo]);

    expect(await app.raw(waiting('/echo', app.port))).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
  });

  it('is told once by a route that looks first', async () => {
    const app = await startApp([echo]);

    expect(await app.raw(waiting('/careful', app.port))).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
  });

  it('is refused without being told by a route that says no', async () => {
    const app = await startApp([echo]);

    expect(await app.raw(waiting('/careful?no', app.port))).toMatch(/^HTTP\/1\.1 409 Conflict\r\n/);
  });
});

const get = (path: string, host: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
