/**
 * Asks of every request whom it speaks for, before any route sees it, and has each route say what it
 * asks for: one that says nothing cannot be registered.
 *
 * A line in the log tells of each refusal and each change: who, what, which name. No line has a
 * header, a query or a body, so none has a secret.
 */
import type { FastifyRequest, RouteOptions } from 'fastify';
import { CallAllowance } from '../../domain/call-allowance.js';
import { ReelkeepError } from '../../domain/errors.js';
import { rights } from '../../domain/policy.js';
import { Access, type AccessNeed, type AccessNews } from './access.js';
import { HttpRefusal } from './error-answers.js';
import type { App } from './routes.js';
import { sessionLimits } from './session-limits.js';
import type { Sessions } from './sessions.js';
import type { GatewayWorld } from './world.js';

export function guardAccess(app: App, world: GatewayWorld): void {
  const tell = createTeller(world);
  app.decorateRequest('access');
  app.addHook('onRoute', requireStatedNeed);
  app.addHook('onRequest', (request, { raw }, done) => {
    request.access = accessOf(request, world, (news) => tell.refusal(request, { ...news }));
    // Also of what a caller asked for who did not wait for the answer.
    if (!safeMethods.has(request.method))
      raw.once('close', () => tell.change(request, raw.headersSent ? raw.statusCode : unanswered));
    try {
      requireWhatRouteNeeds(request, world);
      done();
    } catch (error) {
      if (!(error instanceof ReelkeepError)) throw error;
      tell.refusal(request, { who: request.access.who, why: error.detail });
      throw error;
    }
  });
  app.addHook('onSend', async (request, reply) => {
    const need = request.routeOptions.config.access;
    if (reply.statusCode >= 400 || !isRight(need) || request.access.hasAsked(need)) return;
    // Never sent: nobody asked whether it may be.
    throw new Error(`${request.routeOptions.url} asked nobody whether it may ${need}`);
  });
}

/** The caller was gone before there was one. */
const unanswered = 499;

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const isRight = (need: AccessNeed | undefined): need is (typeof rights)[number] =>
  (rights as readonly unknown[]).includes(need);

function requireStatedNeed({ method, url, config }: RouteOptions): void {
  if (config?.access === undefined)
    throw new ReelkeepError('internal', `${method} ${url} does not say what it needs`);
}

function accessOf(
  request: FastifyRequest,
  { sessions }: GatewayWorld,
  onRefused: (news: AccessNews) => void,
): Access {
  if (sessions === undefined) return new Access('everyone', onRefused);
  const verdict = sessions.of(request);
  return new Access(verdict.ok ? verdict.claims : 'nobody', onRefused);
}

function requireWhatRouteNeeds(request: FastifyRequest, { sessions, config }: GatewayWorld): void {
  const need = request.routeOptions.config.access;
  // Nothing is there: the answer says so, to everyone.
  if (need === undefined || sessions === undefined) return;
  if (need === 'open') return;
  if (config.behindProxy) requireEncrypted(request);
  const { claims } = request.access;
  if (claims === undefined) throw needsLogin(request, sessions);
  if (isRight(need) && !claims.may.includes(need))
    throw new ReelkeepError('not-allowed', `the link of ${claims.label} does not allow to ${need}`);
}

/**
 * A proxy on this machine says how the browser came; nobody else can reach this port.
 *
 * @throws ReelkeepError `not-allowed` for what came in the clear
 */
export function requireEncrypted({ headers }: Pick<FastifyRequest, 'headers'>): void {
  if (headers['x-forwarded-proto'] === 'https') return;
  throw new ReelkeepError(
    'not-allowed',
    'what came here was not encrypted: use https, and have the proxy set X-Forwarded-Proto',
  );
}

function needsLogin(request: FastifyRequest, sessions: Sessions): ReelkeepError {
  const verdict = sessions.of(request);
  const why = verdict.ok ? 'there is no session' : verdict.reason;
  return new HttpRefusal(401, 'not-allowed', `open a link to this gateway first: ${why}`, {
    'WWW-Authenticate': 'Bearer realm="reelkeep"',
  });
}

function createTeller({ log }: GatewayWorld) {
  const { linesPerSecondMax: perSecond, linesBurstMax: burst } = sessionLimits;
  const allowance = new CallAllowance({ perSecond, burst });
  const isHeard = (kind: string): boolean => allowance.take(kind, performance.now()) === 'taken';
  const about = ({ ip, method, routeOptions }: FastifyRequest) => ({
    peer: ip,
    method,
    route: routeOptions.url,
  });
  return {
    refusal(request: FastifyRequest, news: Readonly<Record<string, string>>): void {
      if (isHeard('refusal')) log.warn({ ...about(request), ...news }, 'refused over HTTP');
    },
    change(request: FastifyRequest, status: number): void {
      const { who, lastName: name } = request.access;
      if (isHeard('change')) log.info({ who, ...about(request), name, status }, 'asked over HTTP');
    },
  };
}
