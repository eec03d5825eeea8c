/**
 * When a caller that sends `Expect: 100-continue` is told to go on.
 *
 * Before the body is read, unless the route first wants to look at the rest of the request: it has
 * `config: { continues: 'itself' }` then.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './routes.js';
import type { GatewayWorld } from './world.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly continues?: 'itself';
  }
}

export function continueUnlessRouteDoes(app: App, { config }: GatewayWorld): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.routeOptions.config.continues !== 'itself') {
      sayContinue(request, reply);
      cutSlowBody(request.raw, reply.raw, config.http.smallBodyMs);
    }
    done(null, payload);
  });
}

/** Once at most; nothing unless the caller waits for it. */
export function sayContinue(request: FastifyRequest, reply: FastifyReply): void {
  const expects = request.headers.expect?.toLowerCase() === '100-continue';
  const raw: ServerResponse = reply.raw;
  if (!expects || continued.has(raw)) return;
  continued.add(raw);
  raw.writeContinue();
}

/** Of what is no film all is there at once, or never. */
function cutSlowBody(request: IncomingMessage, response: ServerResponse, withinMs: number): void {
  if (request.complete) return;
  const cut = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, withinMs);
  for (const side of [request, response]) side.once('close', () => clearTimeout(cut));
}

const continued = new WeakSet<ServerResponse>();
