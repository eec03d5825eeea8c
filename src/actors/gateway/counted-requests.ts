/** Counts every request as it ends, by what it was for. */
import type { FastifyReply } from 'fastify';
import type { RouteGroup } from './counters.js';
import type { App } from './routes.js';
import type { GatewayWorld } from './world.js';

/** By the first part of a route, as it was registered: what a path says is anybody's. */
const groupsOfRoutes: Readonly<Record<string, RouteGroup>> = {
  files: 'files',
  uploads: 'uploads',
  api: 'api',
  events: 'events',
  metrics: 'observing',
  healthz: 'observing',
};

/** As if it had been told that it went away. */
const goneUnanswered = 499;

export function countRequests(app: App, { counters }: Pick<GatewayWorld, 'counters'>): void {
  /** Until the head was ready. */
  const answeredAfterMs = new WeakMap<FastifyReply, number>();
  app.addHook('onSend', (_request, reply, _payload, done) => {
    answeredAfterMs.set(reply, reply.elapsedTime);
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    // An answer that breaks off because its viewer went ends in this alone.
    reply.raw.once('close', () => {
      const tookMs = answeredAfterMs.get(reply) ?? reply.elapsedTime;
      const status = reply.raw.headersSent ? reply.raw.statusCode : goneUnanswered;
      counters.noteRequest(groupOf(request.routeOptions.url), request.method, status, tookMs);
    });
    done();
  });
}

/** @param route undefined where there is none */
function groupOf(route: string | undefined): RouteGroup {
  if (route === undefined) return 'other';
  return groupsOfRoutes[route.split('/')[1] ?? ''] ?? 'console';
}
