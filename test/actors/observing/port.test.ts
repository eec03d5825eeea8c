import { once } from 'node:events';
import { request as requestTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { observingLimits } from '../../../src/actors/observing/limits.js';
import type { Observed } from '../../../src/actors/observing/observing.js';
import { openObservingPort } from '../../../src/actors/observing/port.js';
import type { CredentialFiles, OwnCredentials } from '../../../src/domain/own-credentials.js';
import { anAuthority, credentialsOf } from '../../credentials/an-authority.js';

const observed: Observed = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  metrics: async () => 'reelkeep_files 7\n',
  health: {
    live: () => ({ ok: true, silent: [] }),
    ready: () => ({ ok: false, mode: 'opening' }),
  },
};

describe('the port on which a process is looked at', () => {
  it('tells metrics in the format of Prometheus', async () => {
    const { origin } = await open();

    const response = await fetch(`${origin}/metrics`);

    expect(response.headers.get('content-type')).toBe(observed.contentType);
    expect(await response.text()).toBe('reelkeep_files 7\n');
  });

  it('tells health by the status, and why in JSON', async () => {
    const { origin } = await open();

    const live = await fetch(`${origin}/healthz/live?full`);
    const ready = await fetch(`${origin}/healthz/ready`);

    expect([live.status, await live.json()]).toEqual([200, { ok: true, silent: [] }]);
    expect([ready.status, await ready.json()]).toEqual([503, { ok: false, mode: 'opening' }]);
  });

  it('answers HEAD without a body', async () => {
    const { port } = await open();

    const answer = await talk(
      port,
      'HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );

    expect(answer).toContain('content-length: 17');
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  it.each([
    ['POST', '/metrics', 405],
    ['DELETE', '/healthz/live', 405],
    ['GET', '/', 404],
    ['GET', '/healthz/constructor', 404],
    ['GET', '/healthz/live/more', 404],
    ['GET', '//metrics', 404],
  ])('refuses %s %s with %i', async (method, path, status) => {
    const { origin } = await open();

    const response = await fetch(`${origin}${path}`, { method });

    expect(response.status).toBe(status);
  });

  it.each([
    ['localhost', 200],
    ['127.0.0.1:9700', 200],
    ['[::1]:80', 200],
    ['films.example', 421],
    ['127.0.0.1.films.example:80', 421],
  ])('asked for as %s answers %i', async (host, status) => {
    const { port } = await open();

    const answer = await talk(
      port,
      `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('cuts a head that is too long', async () => {
    const { port } = await open();
    const padding = 'x'.repeat(observingLimits.headerBytesMax);

    const answer = await talk(
      port,
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ${padding}\r\n\r\n`,
    );

    expect(answer).not.toContain('reelkeep_files');
  });

  it('closes connections beyond its bound at once', async () => {
    const { port } = await open();
    const held = await Promise.all(
      Array.from({ length: observingLimits.connectionsMax }, () => dial(port)),
    );

    const further = await dial(port);
    await once(further, 'close');

    expect(held.every((socket) => !socket.destroyed)).toBe(true);
  });

  it('cuts whoever says nothing', async () => {
    const { port } = await open();
    const mute = await dial(port);
    const half = await dial(port);
    half.write('GET /metrics HTTP/1.1\r\n');

    await Promise.all([once(mute, 'close'), once(half, 'close')]);
  }, 15_000);

  it('says which port is in use', async () => {
    const { port } = await open();

    const again = openObservingPort(
      observed,
      { metricsPort: port, metricsHost: '127.0.0.1' },
      pino({ level: 'silent' }),
      undefined,
    );

    await expect(again).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining(`port ${port} of 127.0.0.1 is in use`),
    });
  });

  it('closes though somebody holds a connection', async () => {
    const { observing, port } = await open();
    const held = await dial(port);

    await Promise.all([observing.close(), once(held, 'close')]);
  });
});

describe('the port on which a process is looked at from elsewhere', () => {
  it('asks for a certificate of the cluster, of any role', async () => {
    const authority = await anAuthority();
    const { port } = await open('0.0.0.0', await credentialsOf(authority, 'keeper'));
    const prometheus = await credentialsOf(authority, 'client', 'prometheus');

    expect(await askTls(port, prometheus.files)).toEqual([200, 'reelkeep_files 7\n']);
  });

  it('tells nothing to who has none, or one of another cluster', async () => {
    const authority = await anAuthority();
    const { port } = await open('0.0.0.0', await credentialsOf(authority, 'keeper'));
    const stranger = await credentialsOf(await anAuthority(), 'client');

    await expect(askTls(port, undefined)).rejects.toThrow();
    await expect(askTls(port, stranger.files)).rejects.toThrow();
    const plain = await talk(port, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n').catch(
      String,
    );
    expect(plain).not.toContain('reelkeep_files');
  });
});

async function open(host = '127.0.0.1', credentials?: OwnCredentials) {
  const observing = await openObservingPort(
    observed,
    { metricsPort: 0, metricsHost: host },
    pino({ level: 'silent' }),
    credentials,
  );
  onTestFinished(() => observing.close().catch(() => undefined));
  return { observing, port: observing.port, origin: `http://127.0.0.1:${observing.port}` };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the other side closes. */
async function talk(port: number, said: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(said);
  return text(socket);
}

function askTls(port: number, files: CredentialFiles | undefined): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const asked = requestTls(
      {
        host: '127.0.0.1',
        port,
        path: '/metrics',
        agent: false,
        rejectUnauthorized: false,
        ...(files && { ca: files.ca, cert: files.certificate, key: files.key }),
      },
      (response) => {
        text(response).then((body) => resolve([response.statusCode ?? 0, body]), reject);
      },
    );
    asked.on('error', reject).end();
  });
}
