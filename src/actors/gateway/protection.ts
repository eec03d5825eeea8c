/**
 * What every request passes before any route sees it.
 *
 * A browser lets any page send requests to a gateway on its user's machine. One that was led there
 * by another name of this address (DNS rebinding) shows it in `Host`; one that a page of another
 * site sends shows that in `Sec-Fetch-Site` or `Origin`, and may change nothing.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReelkeepError } from '../../domain/errors.js';
import { isLoopback } from '../../domain/loopback.js';
import { isCrossSite } from '../../http/cross-site.js';
import { hostOf } from '../../http/host.js';
import { doorKind } from './door.js';
import type { App } from './routes.js';
import type { GatewayWorld } from './world.js';

const securityHeaders = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export function protect(app: App, world: GatewayWorld): void {
  app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    reply.headers(securityHeaders);
    if (world.stopping.aborted) reply.header('Connection', 'close');
    refuseForeignHost(request, world);
    refuseCrossSite(request);
    done();
  });
}

function refuseForeignHost({ headers }: FastifyRequest, world: GatewayWorld): void {
  const door = doorKind(world.config);
  // What others reach has as many names as they give it; a session is good for one of them.
  if (door === 'sessions') return;
  const asked = hostOf(headers.host ?? '');
  if (asked !== undefined && isLoopback(asked.host) && asked.port === world.port()) return;
  if (door === 'insecure' && asked !== undefined && isOwnName(asked.host)) return;
  throw new ReelkeepError(
    'not-allowed',
    `this gateway is not "${headers.host}": ask for it as localhost:${world.port()}`,
  );
}

/** An address is no name that somebody else could lead here. */
const isOwnName = (host: string): boolean =>
  isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 ||
  [hostname(), `${hostname()}.local`].some((own) => own.toLowerCase() === host.toLowerCase());

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function refuseCrossSite({ method, headers }: FastifyRequest): void {
  if (safeMethods.has(method) || !isCrossSite(headers)) return;
  throw new ReelkeepError('not-allowed', 'a page of another site may change nothing here');
}
