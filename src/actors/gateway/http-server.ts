/** The port of a gateway: HTTP, or HTTPS with a certificate that is taken anew when it is renewed. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { sessionLimits } from './session-limits.js';
import type { GatewayWorld } from './world.js';

export function createHttpServer(handler: RequestListener, world: GatewayWorld): Server {
  const { http } = world.config;
  const bounded = boundPipelines(handler, http.pipelinedMax);
  const server = bareServer(bounded, world);
  server.maxConnections = http.connectionsMax;
  server.setTimeout(http.socketIdleMs);
  server.on('checkContinue', bounded);
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
    // How often those deadlines are looked at.
    connectionsCheckingInterval: 1_000,
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

/**
 * Node hands over what is sent without waiting for answers as fast as it comes, and an answer whose
 * turn on the connection never came does not hear that the connection has ended.
 */
function boundPipelines(handler: RequestListener, requestsMax: number): RequestListener {
  const underWay = new WeakMap<Socket, Set<ServerResponse>>();
  const begin = (socket: Socket): Set<ServerResponse> => {
    const open = new Set<ServerResponse>();
    underWay.set(socket, open);
    socket.once('close', () => {
      for (const response of open) if (response.socket === null) response.emit('close');
    });
    return open;
  };
  return (request, response) => {
    const { socket } = request;
    const open = underWay.get(socket) ?? begin(socket);
    if (open.size >= requestsMax) {
      socket.destroy();
      return;
    }
    open.add(response);
    response.once('close', () => open.delete(response));
    handler(request, response);
  };
}
