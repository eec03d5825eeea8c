/**
 * The port on which a process is looked at: metrics and health over HTTP, to be read and nothing else.
 *
 * On loopback in plain text. Where others could reach it, TLS with the cluster's certificates on
 * both sides, or, when that was asked for by name, plain text after all.
 */
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { formatAddress } from '../../domain/address.js';
import { ReelkeepError } from '../../domain/errors.js';
import { isLoopback } from '../../domain/loopback.js';
import type { CredentialFiles, OwnCredentials } from '../../domain/own-credentials.js';
import { parsePrincipal } from '../../domain/principal.js';
import { observingLimits } from './limits.js';
import type { Health, Observed, Observing, ObservingConfig } from './observing.js';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** @throws ReelkeepError `conflict` when the port is in use */
export async function openObservingPort(
  observed: Observed,
  { metricsPort: port, metricsHost: host }: ObservingConfig & { readonly metricsPort: number },
  log: Logger,
  credentials: OwnCredentials | undefined,
): Promise<Observing> {
  const isOpen = !isLoopback(host);
  const tls = isOpen ? credentials : undefined;
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    answerWithin(observed, { request, response, isOpen, tls }).catch((error: unknown) => {
      log.error({ err: error }, 'metrics or health could not be told');
      response.destroy();
    });
  };
  const server = createHttpServer(tls, respond);
  server.maxConnections = observingLimits.connectionsMax;
  server.maxRequestsPerSocket = observingLimits.requestsPerConnectionMax;
  // A peer that went away, or speaks no HTTP, has asked for nothing.
  server.on('clientError', (_, socket) => socket.destroy());
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  const address = formatAddress({ host, port: bound });
  log.info({ address, tls: tls !== undefined }, 'metrics and health are told');
  if (isOpen && tls === undefined)
    log.warn({ address }, 'INSECURE: whoever reaches this port sees metrics and ids of keepers');
  const stopRenewing = tls?.onRenewed((files) =>
    (server as TlsServer).setSecureContext(contextOf(files)),
  );
  return {
    port: bound,
    async close() {
      stopRenewing?.();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createHttpServer(
  tls: OwnCredentials | undefined,
  respond: (request: IncomingMessage, response: ServerResponse) => void,
): Server | TlsServer {
  const { headTimeoutMs, answerTimeoutMs, headerBytesMax } = observingLimits;
  const options = {
    maxHeaderSize: headerBytesMax,
    headersTimeout: headTimeoutMs,
    // No request has a body that anybody waits for.
    requestTimeout: headTimeoutMs,
    keepAliveTimeout: headTimeoutMs,
    connectionsCheckingInterval: 1_000,
    insecureHTTPParser: false,
  };
  const server =
    tls === undefined
      ? createServer(options, respond)
      : createTlsServer(
          {
            ...options,
            ...contextOf(tls.files),
            requestCert: true,
            rejectUnauthorized: true,
            handshakeTimeout: headTimeoutMs,
          },
          respond,
        );
  server.setTimeout(answerTimeoutMs, (socket: { destroy(): void }) => socket.destroy());
  return server;
}

async function listen(server: Server | TlsServer, host: string, port: number): Promise<void> {
  try {
    await once(server.listen({ host, port }), 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const detail =
      code === 'EADDRINUSE'
        ? `port ${port} of ${host} is in use: choose another with --metrics-port, or 0 for a free one`
        : `cannot listen on ${formatAddress({ host, port })} for metrics: ${message}`;
    throw new ReelkeepError('conflict', detail, { cause: error });
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly isOpen: boolean;
  readonly tls: OwnCredentials | undefined;
}

/** A reader that does not take its answer in time is cut. */
async function answerWithin(observed: Observed, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const cut = setTimeout(() => request.socket.destroy(), observingLimits.answerTimeoutMs);
  response.once('close', () => clearTimeout(cut));
  const { status, type, body } = await answer(observed, exchange);
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
    // What may still come of a body is not read.
    ...(status >= 400 && status !== 503 && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

async function answer(observed: Observed, exchange: Exchange): Promise<Answer> {
  const { request } = exchange;
  if (!['GET', 'HEAD'].includes(request.method ?? '')) return plain(405, 'only to be read');
  const refusal = whyRefused(exchange);
  if (refusal !== undefined) return refusal;
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/metrics')
    return { status: 200, type: observed.contentType, body: await observed.metrics() };
  const [, what = ''] = /^\/healthz\/([a-z]+)$/.exec(path) ?? [];
  const health = Object.hasOwn(observed.health, what) ? observed.health[what] : undefined;
  if (health !== undefined) return told(await health());
  const known = Object.keys(observed.health).map((name) => `/healthz/${name}`);
  return plain(404, `there is ${['/metrics', ...known].join(', ')}`);
}

function whyRefused({ request, isOpen, tls }: Exchange): Answer | undefined {
  if (tls !== undefined) {
    const { subjectaltname } = (request.socket as TLSSocket).getPeerCertificate();
    return parsePrincipal(subjectaltname)?.clusterId === tls.principal.clusterId
      ? undefined
      : plain(403, 'the certificate is not of this cluster');
  }
  // A page in a browser that has its own name point here is no program of this machine.
  if (isOpen || isLoopback(hostOf(request.headers.host ?? 'localhost'))) return undefined;
  return plain(421, 'asked for by another name than this machine’s own');
}

/** Without the port. */
const hostOf = (host: string): string => host.replace(/:\d*$/, '').toLowerCase();

const told = ({ ok, ...details }: Health): Answer => ({
  status: ok ? 200 : 503,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify({ ok, ...details })}\n`,
});

const plain = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

const contextOf = ({ ca, certificate, key }: CredentialFiles) => ({
  ca,
  cert: certificate,
  key,
  minVersion: 'TLSv1.3' as const,
  // Each connection shows its certificate anew.
  secureOptions: constants.SSL_OP_NO_TICKET,
});
