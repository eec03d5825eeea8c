import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/local/run-program.js';
import { makeWebFiles, renewWebFiles } from '../credentials/a-web-certificate.js';
import { makeAuthority, startCertified } from './certified.js';
import { clip, Rig } from './rig.js';
import { startGatewayProcess } from './uploads/gateway-process.js';
import { askHttps, type HttpsOrder } from './uploads/https.js';

const timeout = 180_000;

describe('a gateway of a secured cluster that others can reach', () => {
  it('lets in who has a link, to what it says and as long as it says', { timeout }, async () => {
    const { rig, ask, link, film, port, pem } = await startSecured();
    const key = await link('--prefix', 'films/', '--allow', 'read,list', '--label', 'ann');

    const cookie = await openSession(port, pem, key);
    const brief = await link('--for', '8s');
    const briefCookie = await openSession(port, pem, brief);
    const early = await ask('/files/films/a.mp4', { cookie: briefCookie });
    const part = await ask('/files/films/a.mp4', { cookie, range: 'bytes=4-7' });
    const refused = {
      without: await ask('/files/films/a.mp4'),
      elsewhere: await ask('/files/shots/b.mp4', { cookie }),
      sending: await ask('/uploads', { cookie, 'Tus-Resumable': '1.0.0' }, 'POST'),
      forged: await ask('/files/films/a.mp4', {
        cookie: cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      }),
    };
    await rig.until('its time is over', async () => {
      const late = await ask('/files/films/a.mp4', { cookie: briefCookie });
      return late.status === 401;
    });

    expect([part.status, part.body.toString()]).toEqual([206, film.toString('latin1', 4, 8)]);
    expect([early.status, early.body.equals(film)]).toEqual([200, true]);
    expect(Object.values(refused).map(({ status }) => status)).toEqual([401, 403, 403, 401]);
    const log = await readFile(rig.path('gateway.log'), 'utf8');
    expect(log).toContain('"who":"ann"');
    expect(log).not.toContain(key);
    expect(log).not.toContain(cookie.split('=')[1]);
  });

  it('turns everyone away whose key was given up, without a restart', { timeout }, async () => {
    const { rig, ask, link, secret } = await startSecured();
    const key = await link();
    const authorization = `Bearer ${key}`;
    const before = await ask('/files/films/a.mp4', { authorization });

    await gateway('rotate-secret', '--secret', secret);
    await gateway('rotate-secret', '--secret', secret);
    await rig.until('the keys were taken', async () => {
      return (await ask('/files/films/a.mp4', { authorization })).status === 401;
    });
    const anew = await ask('/files/films/a.mp4', { authorization: `Bearer ${await link()}` });

    expect([before.status, anew.status]).toEqual([200, 200]);
  });

  it('shows its new certificate when it is renewed', { timeout }, async () => {
    const { rig, ask, web, link } = await startSecured();
    const authorization = `Bearer ${await link()}`;
    const pem = await renewWebFiles(web);

    await rig.until('it is shown', () =>
      ask('/files/films/a.mp4', { authorization }, 'GET', pem).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );

    expect(await readFile(rig.path('gateway.log'), 'utf8')).toContain(
      'the certificate was renewed',
    );
  });
});

describe('a gateway that others could reach', () => {
  it.each([
    [[], /make credentials with "bin\/master issue client gateway/],
    [['--behind-proxy'], /--behind-proxy with --host 0\.0\.0\.0/],
    [['--tls-cert', 'web.crt'], /--tls-cert and --tls-key: give both or neither/],
  ])('does not start with %j', async (args, why) => {
    const { code, stderr } = await runProgram('gateway', [
      '--port',
      '0',
      '--host',
      '0.0.0.0',
      ...args,
    ]);

    expect([code, stderr]).toEqual([2, expect.stringMatching(why)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('starts with --insecure, and says so', { timeout }, async () => {
    const rig = await Rig.start({ keepers: 0 });
    const { ready } = await startGatewayProcess(rig, { args: ['--host', '0.0.0.0', '--insecure'] });

    const session = await fetch(`http://127.0.0.1:${ready.port}/session`);

    expect(await session.json()).toEqual({ door: 'insecure', session: null });
    expect(await readFile(rig.path('gateway.log'), 'utf8')).toContain('INSECURE');
  });

  it('uses no spool that another one uses', { timeout }, async () => {
    const rig = await Rig.start({ keepers: 0 });
    await startGatewayProcess(rig);

    const { code, stderr } = await runProgram('gateway', [
      '--port',
      '0',
      '--spool',
      rig.path('spool'),
    ]);

    expect([code, stderr]).toEqual([6, expect.stringContaining('uses this directory')]);
  });
});

type Ask = (
  path: string,
  headers?: Readonly<Record<string, string>>,
  method?: string,
  ca?: string,
) => ReturnType<typeof askHttps>;

async function startSecured() {
  const ca = await makeAuthority();
  const rig = await startCertified(ca, { keepers: 1, keeperArgs: ['--data-tls', 'on'] });
  for (const name of ['films/a.mp4', 'shots/b.mp4'])
    await rig.succeed('put', clip, '--as', name, '--target', '1');
  const web = await makeWebFiles();
  const pem = await readFile(web.certFile, 'utf8');
  const { ready } = await startGatewayProcess(rig, {
    args: [
      ...['--host', '0.0.0.0', '--credentials', join(ca, 'client-me')],
      ...['--tls-cert', web.certFile, '--tls-key', web.keyFile, '--log-format', 'json'],
    ],
  });
  const { port } = ready;
  const ask: Ask = (path, headers = {}, method = 'GET', by = pem) => {
    const order: HttpsOrder = { port, path, ca: by, headers, method };
    return askHttps(order);
  };
  const secret = rig.path('spool', 'link-keys.json');
  const link = async (...args: string[]): Promise<string> => {
    const url = `https://localhost:${port}`;
    const out = await gateway('link', '--url', url, '--secret', secret, ...args);
    return out.trim().split('#')[1] ?? '';
  };
  return { rig, ask, link, secret, web, film: await readFile(clip), port, pem };
}

/** @returns the cookie, as a browser sends it again */
async function openSession(port: number, ca: string, key: string): Promise<string> {
  const { status, headers } = await askHttps({
    port,
    ca,
    path: '/session',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  if (status !== 200) throw new Error(`the link was refused with ${status}`);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

async function gateway(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('gateway', args);
  if (code !== 0) throw new Error(`gateway ${args.join(' ')}: ${stderr}`);
  return stdout;
}
