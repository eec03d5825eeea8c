/** The HTTP server of a gateway: what every request passes, and all routes. */
import { createServer, type RequestListener, type Server } from 'node:http';
import fastify, { type FastifyPluginCallback } from 'fastify';
import { ReelkeepError } from '../../domain/errors.js';
import { continueUnlessRouteDoes } from './continue.js';
import { answerBadSyntax, answerError } from './error-answers.js';
import { protect } from './protection.js';
import type { App, Routes } from './routes.js';
import type { GatewayWorld } from './world.js';

/** All of them, each in a file of its own. */
const allRoutes: readonly Routes[] = [];

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
  protect(app, world);
  continueUnlessRouteDoes(app);
  for (const register of routes) app.register(plugin(register, world));
  return app;
}

const plugin =
  (register: Routes, world: GatewayWorld): FastifyPluginCallback =>
  (app, _options, done) => {
    Promise.resolve(register(app, world)).then(() => done(), done);
  };

function createHttpServer(handler: RequestListener, { config }: GatewayWorld): Server {
  const { http } = config;
  const server = createServer(
    {
      maxHeaderSize: http.headerBytesMax,
      headersTimeout: http.headersTimeoutMs,
      keepAliveTimeout: http.keepAliveMs,
      // An upload takes as long as it takes, as long as it goes on.
      requestTimeout: 0,
      requireHostHeader: true,
      noDelay: true,
    },
    handler,
  );
  server.maxConnections = http.connectionsMax;
  server.setTimeout(http.socketIdleMs);
  server.on('checkContinue', handler);
  return server;
}
