/**
 * When a caller that sends `Expect: 100-continue` is told to go on.
 *
 * Before the body is read, unless the route first wants to look at the rest of the request: it has
 * `config: { continues: 'itself' }` then.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './routes.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly continues?: 'itself';
  }
}

export function continueUnlessRouteDoes(app: App): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.routeOptions.config.continues !== 'itself') sayContinue(request, reply);
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

const continued = new WeakSet<ServerResponse>();
