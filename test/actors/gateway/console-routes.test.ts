import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConsole } from '../../../src/actors/gateway/console-assets.js';
import { serveAssets } from '../../../src/actors/gateway/console-routes.js';
import { startApp } from './an-app.js';

const script = 'export const a = 1;\n'.repeat(200);

describe('the console', () => {
  it('has an icon where browsers look for one', async () => {
    const { origin } = await aConsole();

    const { status, headers } = await fetch(`${origin}/favicon.ico`);

    expect([status, headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  it('is a page that is asked for anew, and assets that are kept for ever', async () => {
    const { origin } = await aConsole();

    const page = await fetch(`${origin}/`);
    const asset = await fetch(`${origin}/assets/index-abc.js`);

    expect([page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect([asset.headers.get('content-type'), asset.headers.get('cache-control')]).toEqual([
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    expect(await asset.text()).toBe(script);
  });

  it('lets in no script and no style that stands in the page', async () => {
    const { origin } = await aConsole();

    const policy = (await fetch(`${origin}/`)).headers.get('content-security-policy');

    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('unsafe');
  });

  it.each([
    ['gzip, br', true],
    ['br;q=1.0, gzip;q=0.8', true],
    ['gzip;q=0', false],
    ['identity', false],
    ['x-gzip-not', false],
  ])('is zipped for a browser that says "%s": %s', async (accepted, isZipped) => {
    const { origin } = await aConsole();

    const { headers } = await fetch(`${origin}/assets/index-abc.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': accepted },
    });

    expect(headers.get('content-encoding')).toBe(isZipped ? 'gzip' : null);
    expect(Number(headers.get('content-length')) < script.length).toBe(isZipped);
    expect(headers.get('vary')).toBe('Accept-Encoding');
  });

  it('is not sent again to a browser that has it', async () => {
    const { origin } = await aConsole();
    const tag = (await fetch(`${origin}/`)).headers.get('etag') ?? '';

    const again = await fetch(`${origin}/`, { headers: { 'if-none-match': `"x", W/${tag}` } });
    const other = await fetch(`${origin}/`, { headers: { 'if-none-match': '"x"' } });

    expect([again.status, other.status]).toEqual([304, 200]);
  });

  it.each([
    '/secret.txt',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/link.js',
    '/x.js',
  ])('has nothing for %s', async (path) => {
    const { raw, port } = await aConsole();

    const answer = await raw(`GET ${path} HTTP/1.0\r\nHost: localhost:${port}\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });
});

async function aConsole() {
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-console-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Reelkeep</title>');
  await writeFile(join(directory, 'assets', 'index-abc.js'), script);
  await writeFile(join(directory, 'assets', 'mark-abc.svg'), '<svg/>');
  await writeFile(join(directory, 'secret.txt'), 'of no kind that is shipped');
  await symlink('/etc/hostname', join(directory, 'link.js'));
  const assets = await readConsole(directory);
  return startApp([(app) => serveAssets(app, assets)]);
}
