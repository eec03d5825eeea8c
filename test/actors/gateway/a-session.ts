/** A gateway behind a proxy that a test plays, with keys and a clock of its own, and routes that ask. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { Routes } from '../../../src/actors/gateway/routes.js';
import { sessionRoutes } from '../../../src/actors/gateway/session-routes.js';
import { createSessions } from '../../../src/actors/gateway/sessions.js';
import { LinkKeys, linkKeysText, newLinkKey } from '../../../src/credentials/link-keys.js';
import type { SessionClaims } from '../../../src/domain/session-claims.js';
import { startApp } from './an-app.js';

export const claims: SessionClaims = {
  id: '0123456789abcdef',
  label: 'ann',
  may: ['read', 'list'],
  prefix: 'films/',
  notAfter: 10_000,
};

export const files: Routes = (app) => {
  app.get<{ Querystring: { name: string } }>(
    '/read',
    { config: { access: 'read' } },
    ({ access, query }) => {
      access.require('read', query.name);
      return { read: query.name };
    },
  );
  app.get('/list', { config: { access: 'list' } }, ({ access }) => ({
    part: access.within('list', ''),
  }));
  app.post('/change', { config: { access: 'write' } }, ({ access }) => {
    access.require('write', 'films/\u001b[2Ja.mp4');
    return {};
  });
  app.get('/forgetful', { config: { access: 'read' } }, () => ({ secret: true }));
  app.get('/any', { config: { access: 'session' } }, ({ access }) => ({ who: access.who }));
  app.get('/open', { config: { access: 'open' } }, ({ access }) => ({ who: access.who }));
};

export const https = { headers: { 'x-forwarded-proto': 'https' } };

export const withCookie = (cookie: string): RequestInit => ({
  headers: { ...https.headers, cookie },
});

export const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { ...https.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

export async function startGuarded() {
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-access-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'link-keys.json');
  await writeFile(path, linkKeysText([newLinkKey()]), { mode: 0o600 });
  let tellChange = (): void => undefined;
  const changed = new Promise<void>((resolve) => {
    tellChange = resolve;
  });
  const keys = await LinkKeys.open(path, () => tellChange(), 5);
  onTestFinished(() => keys.close());
  const guarded = { now: 1_000 };
  const sessions = createSessions(keys, () => guarded.now);
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const options = { behindProxy: true };
  const app = await startApp([files, sessionRoutes], { sessions, log }, options);
  return Object.assign(guarded, app, {
    keys,
    path,
    changed,
    lines,
    sessions,
    config: app.world.config,
  });
}
