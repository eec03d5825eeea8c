/** The port of a gateway: HTTP, or HTTPS with a certificate that is taken anew when it is renewed. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { sessionLimits } from './session-limits.js';
import type { GatewayWorld } from './world.js';

export function createHttpServer(handler: RequestListener, world: GatewayWorld): Server {
  const { http } = world.config;
  const server = bareServer(handler, world);
  server.maxConnections = http.connectionsMax;
  server.setTimeout(http.socketIdleMs);
  server.on('checkContinue', handler);
  return server;
}

function bareServer(handler: RequestListener, { config, webCertificate }: GatewayWorld): Server {
  const { http } = config;
  const options = {
    maxHeaderSize: http.headerBytesMax,
    headersTimeout: http.headersTimeoutMs,
    keepAliveTimeout: http.keepAliveMs,
    // An upload takes as long as it takes, as long as it goes on.
    requestTimeout: 0,
    requireHostHeader: true,
    noDelay: true,
  };
  if (webCertificate === undefined) return createServer(options, handler);
  const { handshakeTimeoutMs: handshakeTimeout } = sessionLimits;
  const secured = createTlsServer(
    { ...options, ...webCertificate.pair, minVersion: 'TLSv1.2', handshakeTimeout },
    handler,
  );
  webCertificate.onRenewed((pair) => secured.setSecureContext({ ...pair, minVersion: 'TLSv1.2' }));
  return secured;
}
