/** The HTTP server of a gateway: what every request passes, and all routes. */
import fastify, { type FastifyPluginAsync } from 'fastify';
import { ReelkeepError } from '../../domain/errors.js';
import { guardAccess } from './access-guard.js';
import { consoleRoutes } from './console-routes.js';
import { continueUnlessRouteDoes } from './continue.js';
import { countRequests } from './counted-requests.js';
import { answerBadSyntax, answerError } from './error-answers.js';
import { fileApiRoutes } from './file-api-routes.js';
import { fileRoutes } from './file-routes.js';
import { createHttpServer } from './http-server.js';
import { listingRoutes } from './listing-routes.js';
import { observingRoutes } from './observing-routes.js';
import { protect } from './protection.js';
import type { App, Routes } from './routes.js';
import { sessionRoutes } from './session-routes.js';
import { dropUnreadBodies } from './unread-body.js';
import { uploadRoutes } from './upload-routes.js';
import { watchRoutes } from './watch-routes.js';
import type { GatewayWorld } from './world.js';

/** All of them, each in a file of its own. */
const allRoutes: readonly Routes[] = [
  fileRoutes,
  uploadRoutes,
  sessionRoutes,
  observingRoutes,
  watchRoutes,
  listingRoutes,
  fileApiRoutes,
  consoleRoutes,
];

/** @param routes others than all of them, for tests */
export function createApp(world: GatewayWorld, routes: readonly Routes[] = allRoutes): App {
  const { log } = world;
  const app: App = fastify({
    serverFactory: (handler) => createHttpServer(handler, world),
    clientErrorHandler: answerBadSyntax,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply, log),
    logger: false,
    bodyLimit: world.config.http.bodyBytesMax,
    exposeHeadRoutes: true,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: world.config.http.headerBytesMax },
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) =>
    answerError(new ReelkeepError('not-found', 'there is nothing here'), request, reply, log),
  );
  countRequests(app, world);
  protect(app, world);
  // Before anything that could fail at the end of a request.
  dropUnreadBodies(app, world);
  guardAccess(app, world);
  continueUnlessRouteDoes(app, world);
  for (const register of routes) app.register(plugin(register, world));
  return app;
}

const plugin =
  (register: Routes, world: GatewayWorld): FastifyPluginAsync =>
  async (app) => {
    await register(app, world);
  };
