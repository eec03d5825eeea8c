/** S47, S48: what a caller may hold who sends slowly, too much at once, or goes away. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { resolveConfig } from '../../../src/actors/gateway/config.js';
import type { Routes } from '../../../src/actors/gateway/routes.js';
import { startApp } from './an-app.js';

const open = { config: { access: 'open' } } as const;

describe('a body that is no film', () => {
  it.each([
    ['is let in', 'localhost'],
    ['asks for another host', 'elsewhere.example'],
  ])('cuts its connection when it does not arrive, also of a request that %s', async (_, host) => {
    const { http, ...config } = resolveConfig({ port: 0 });
    const limits = { ...config, http: { ...http, smallBodyMs: 50, unreadBodyMs: 50 } };
    const { port } = await startApp([echo], { config: limits });
    const socket = await connected(port);

    socket.write(
      `POST /echo HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );

    await once(socket, 'close');
  });

  it('leaves the connection open when it has come', async () => {
    const { http, ...config } = resolveConfig({ port: 0 });
    const { port } = await startApp([echo], {
      config: { ...config, http: { ...http, smallBodyMs: 50 } },
    });
    const socket = await connected(port);
    const answers = heard(socket);
    const ask = (body: string): void =>
      void socket.write(
        `POST /echo HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );

    for (const body of ['{"a":1}', '{"b":2}']) {
      ask(body);
      await vi.waitFor(() => expect(answers.text).toContain(body));
    }

    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});

describe('requests that are sent without waiting for answers', () => {
  it('are a few at a time; one more cuts the connection', async () => {
    const held: Held = { begun: 0, closed: 0 };
    const { port } = await startApp([holding(held)]);
    const socket = await connected(port);

    socket.write(`GET /held HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`.repeat(1_000));
    await once(socket, 'close');

    expect(held.begun).toBe(4);
    await vi.waitFor(() => expect(held.closed).toBe(4));
  });

  it('hear that their connection has ended, also those whose turn never came', async () => {
    const held: Held = { begun: 0, closed: 0 };
    const { port } = await startApp([holding(held)]);
    const socket = await connected(port);
    socket.write(`GET /held HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`.repeat(3));
    await vi.waitFor(() => expect(held.begun).toBe(3));

    socket.destroy();

    await vi.waitFor(() => expect(held.closed).toBe(3));
  });
});

describe('a change', () => {
  it('has its line in the log when whoever asked for it is gone before the answer', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    let begun: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow: Routes = (app) => {
      app.delete('/slow', open, () => {
        begun();
        return new Promise(() => undefined);
      });
    };
    const { port } = await startApp([slow], { log });
    const socket = await connected(port);

    socket.write(`DELETE /slow HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    await asked;
    socket.destroy();

    await vi.waitFor(() => expect(lines.join('')).toContain('asked over HTTP'));
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ method: 'DELETE', status: 499 }),
    );
  });
});

describe('a gateway that is insecure by name', () => {
  it.each([
    ['192.0.2.7:8080', 200],
    ['[2001:db8::1]:8080', 200],
    [`${hostname()}:8080`, 200],
    ['rebound.example:8080', 403],
  ])('answers to %s with %i', async (host, status) => {
    const config = resolveConfig({ port: 0, host: '0.0.0.0', insecure: true });
    const { raw } = await startApp([echo], { config: { ...config, host: '0.0.0.0' } });

    const answer = await raw(`GET /hello HTTP/1.0\r\nHost: ${host}\r\n\r\n`);

    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

const echo: Routes = (app) => {
  app.get('/hello', open, () => ({ hello: true }));
  app.post('/echo', open, (request) => request.body);
};

interface Held {
  begun: number;
  closed: number;
}

/** Answers nobody. */
const holding =
  (held: Held): Routes =>
  (app) => {
    app.get('/held', open, (_request, { raw }) => {
      held.begun += 1;
      raw.once('close', () => {
        held.closed += 1;
      });
      return new Promise(() => undefined);
    });
  };

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // That it is cut is what is looked for.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.resume();
  return socket;
}

function heard(socket: Socket): { readonly text: string } {
  const all = { text: '' };
  socket.on('data', (bytes) => {
    all.text += String(bytes);
  });
  return all;
}
