import { writeFile } from 'node:fs/promises';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../src/actors/gateway/app.js';
import { resolveConfig } from '../../../src/actors/gateway/config.js';
import { GatewayCounters } from '../../../src/actors/gateway/counters.js';
import { observedGateway } from '../../../src/actors/gateway/observed-gateway.js';
import type { Routes } from '../../../src/actors/gateway/routes.js';
import { sessionRoutes } from '../../../src/actors/gateway/session-routes.js';
import type { GatewayWorld } from '../../../src/actors/gateway/world.js';
import { linkKeysText, newLinkKey } from '../../../src/credentials/link-keys.js';
import type { SessionClaims } from '../../../src/domain/session-claims.js';
import { claims, files, https, post, startGuarded, withCookie } from './a-session.js';
import { startApp } from './an-app.js';
import { metadataOf, startUploads } from './an-upload.js';

describe('a route', () => {
  it('cannot be registered without saying what it needs', async () => {
    const silent: Routes = (app) => {
      app.get('/silent', () => ({}));
    };

    await expect(startApp([silent])).rejects.toThrow('GET /silent does not say what it needs');
  });

  it('that forgets to ask is answered by nothing that it says', async () => {
    const { origin } = await startApp([files]);

    const response = await fetch(`${origin}/forgetful`);

    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });

  it('of this gateway needs what stands here', async () => {
    const routes: string[] = [];
    const world = { config: resolveConfig({}), log: pino({ level: 'silent' }) } as GatewayWorld;
    const app = createApp({
      ...world,
      spool: { spoolBytesMax: 1 } as GatewayWorld['spool'],
      observed: observedGateway({ cluster: {}, counters: new GatewayCounters() } as GatewayWorld),
      counters: new GatewayCounters(),
      stopping: new AbortController().signal,
      port: () => 0,
    });
    app.addHook('onRoute', ({ method, url, config }) => {
      if (method !== 'HEAD' || url.startsWith('/files/'))
        routes.push(`${[method].flat().join(',')} ${url}: ${config?.access}`);
    });
    await app.ready();
    await app.close();

    const isAsset = (route: string) => /^GET \/assets\/[\w.-]+: open$/.test(route);
    expect(routes.filter((route) => !isAsset(route)).toSorted()).toEqual([
      'DELETE /files/*: delete',
      'DELETE /session: open',
      'GET /: open',
      'GET /api/events: session',
      'GET /api/files/*: read',
      'GET /api/files: list',
      'GET /api/keepers/:keeper/files: list',
      'GET /api/keepers: session',
      'GET /api/overview: session',
      'GET /enter.js: open',
      'GET /enter: open',
      'GET /favicon.ico: open',
      'GET /files/*: read',
      'GET /healthz/cluster: open',
      'GET /healthz/live: open',
      'GET /healthz/ready: open',
      'GET /metrics: open',
      'GET /session: open',
      'HEAD /files/*: read',
      'HEAD,PATCH,DELETE,OPTIONS /uploads/:id: write',
      'POST /api/files/*: read',
      'POST /session: open',
      'POST,OPTIONS /uploads: write',
      'POST,PATCH,OPTIONS /files/*: session',
      'PUT /files/*: write',
    ]);
  });
});

describe('where nobody logs in', () => {
  it('everyone may do everything', async () => {
    const { origin } = await startApp([files, sessionRoutes]);

    const read = await fetch(`${origin}/read?name=shots/a.mp4`);
    const list = await fetch(`${origin}/list`);
    const session = await fetch(`${origin}/session`);
    const opening = await post(`${origin}/session`, { key: 'rk1' });

    expect(await read.json()).toEqual({ read: 'shots/a.mp4' });
    expect(await list.json()).toEqual({ part: '' });
    expect(await session.json()).toEqual({ door: 'loopback', session: null });
    expect(opening.status).toBe(400);
  });
});

describe('where a session is needed', () => {
  it('nobody comes in without, but to what is open', async () => {
    const { origin } = await startGuarded();

    const statuses = await Promise.all(
      ['read?name=films/a.mp4', 'list', 'any', 'open', 'nowhere'].map(
        async (path) => (await fetch(`${origin}/${path}`, https)).status,
      ),
    );

    expect(statuses).toEqual([401, 401, 401, 200, 404]);
  });

  it('a link becomes a session that a browser keeps to itself until the link ends', async () => {
    const { origin, keys } = await startGuarded();

    const opened = await post(`${origin}/session`, { key: keys.sign('link', claims) });
    const cookie = opened.headers.get('set-cookie') ?? '';
    const [own = ''] = cookie.split(';');
    const told = await fetch(`${origin}/session`, withCookie(own));

    expect(opened.status).toBe(200);
    expect(await opened.json()).toEqual({
      label: 'ann',
      may: ['read', 'list'],
      prefix: 'films/',
      notAfter: '1970-01-01T00:00:10.000Z',
    });
    expect(cookie).toMatch(
      /^__Host-reelkeep=rk1\.[^;]+; Path=\/; Max-Age=9; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(await told.json()).toMatchObject({ door: 'sessions', session: { label: 'ann' } });
  });

  it('a session does what its link says, and nothing else', async () => {
    const { origin, keys } = await startGuarded();
    const mine = withCookie(`a=b; __Host-reelkeep=${keys.sign('session', claims)}`);
    const statusOf = async (path: string, init: RequestInit = mine): Promise<number> =>
      (await fetch(`${origin}/${path}`, init)).status;

    const list = await fetch(`${origin}/list`, mine);

    expect(await list.json()).toEqual({ part: 'films/' });
    expect(await statusOf('read?name=films/a.mp4')).toBe(200);
    expect(await statusOf('read?name=shots/a.mp4')).toBe(403);
    expect(await statusOf('change', { ...mine, method: 'POST' })).toBe(403);
    expect(await statusOf('any')).toBe(200);
  });

  it('a name is granted in whichever form its accents come', async () => {
    const { origin, keys } = await startGuarded();
    const composed = { ...claims, prefix: 'caf\u00e9/' };
    const mine = withCookie(`__Host-reelkeep=${keys.sign('session', composed)}`);
    const statuses = await Promise.all(
      ['cafe\u0301/a.mp4', 'caf\u00e9/a.mp4', 'cafe/a.mp4'].map(
        async (name) =>
          (await fetch(`${origin}/read?name=${encodeURIComponent(name)}`, mine)).status,
      ),
    );

    expect(statuses).toEqual([200, 200, 403]);
  });

  it('the key of a link does for a program, but is no session, nor a session a link', async () => {
    const { origin, keys } = await startGuarded();
    const bearing = (key: string): RequestInit => ({
      headers: { ...https.headers, authorization: `Bearer ${key}` },
    });
    const session = keys.sign('session', claims);
    const link = keys.sign('link', claims);

    const statuses = [
      (await fetch(`${origin}/any`, bearing(link))).status,
      (await fetch(`${origin}/any`, bearing(session))).status,
      (await fetch(`${origin}/any`, withCookie(`__Host-reelkeep=${link}`))).status,
      (await post(`${origin}/session`, { key: session })).status,
    ];

    expect(statuses).toEqual([200, 401, 401, 401]);
  });

  it('a session ends with its link, and with its keys', async () => {
    const guarded = await startGuarded();
    const mine = withCookie(`__Host-reelkeep=${guarded.keys.sign('session', claims)}`);
    const status = async (): Promise<number> => (await fetch(`${guarded.origin}/any`, mine)).status;

    const before = await status();
    guarded.now = 10_000;
    const after = await status();
    guarded.now = 0;
    await writeFile(guarded.path, linkKeysText([newLinkKey()]));
    await guarded.changed;

    expect([before, after, await status()]).toEqual([200, 401, 401]);
  });

  it('what came to the proxy in the clear is refused', async () => {
    const { origin, keys } = await startGuarded();
    const cookie = `__Host-reelkeep=${keys.sign('session', claims)}`;
    const clear = [{}, { 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'http, https' }];

    for (const headers of clear) {
      const read = await fetch(`${origin}/any`, { headers: { ...headers, cookie } });
      const opened = await fetch(`${origin}/session`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ key: keys.sign('link', claims) }),
      });
      expect([read.status, opened.status]).toEqual([403, 403]);
    }
  });

  it('an upload belongs to the session that began it', async () => {
    const { keys, sessions, config } = await startGuarded();
    const gateway = await startUploads({ sessions, config });
    const as = (id: string, may: SessionClaims['may'] = ['write']) => ({
      'X-Forwarded-Proto': 'https',
      Cookie: `__Host-reelkeep=${keys.sign('session', { ...claims, id, may })}`,
    });
    const [ann, bob] = [as('a'.repeat(16)), as('b'.repeat(16))];
    const begin = (headers: Readonly<Record<string, string>>, metadata: Record<string, string>) =>
      gateway.tus('POST', '/uploads', {
        headers: { ...headers, 'Upload-Length': '6', 'Upload-Metadata': metadataOf(metadata) },
      });

    const own = await begin(ann, { filename: 'films/a.mp4' });
    const elsewhere = await begin(ann, { filename: 'shots/a.mp4' });
    const replacing = await begin(ann, { filename: 'films/b.mp4', replace: 'true' });
    const reader = await begin(as('c'.repeat(16), ['read']), { filename: 'films/c.mp4' });
    const path = own.headers['location'] ?? '';
    const statuses = [
      (await gateway.tus('HEAD', path, { headers: ann })).status,
      (await gateway.tus('HEAD', path, { headers: bob })).status,
      (await gateway.tus('DELETE', path, { headers: bob })).status,
      (await gateway.tus('HEAD', path)).status,
    ];

    expect([own.status, elsewhere.status, replacing.status, reader.status]).toEqual([
      201, 403, 403, 403,
    ]);
    expect(statuses).toEqual([200, 404, 404, 403]);
  });
});
