/**
 * Metrics and health, on the port of the gateway itself.
 *
 * Where others could reach it, it tells only whether it lives and is ready: all else is on the port
 * of `--metrics-port`.
 */
import type { FastifyReply } from 'fastify';
import type { Health } from '../observing/observing.js';
import { doorKind } from './door.js';
import type { App } from './routes.js';
import type { GatewayWorld } from './world.js';

/** No session is asked for: what is told there is for everyone. */
const open = { config: { access: 'open' } } as const;

export function observingRoutes(app: App, { config, observed }: GatewayWorld): void {
  const isOwn = doorKind(config) === 'loopback';
  for (const [name, ask] of Object.entries(observed.health)) {
    if (!isOwn && name === 'cluster') continue;
    app.get(`/healthz/${name}`, open, async (_request, reply) =>
      answer(reply, isOwn ? await ask() : { ok: (await ask()).ok }),
    );
  }
  if (!isOwn) return;
  app.get('/metrics', open, async (_request, reply) => {
    reply.header('Cache-Control', 'no-store').type(observed.contentType);
    return observed.metrics();
  });
}

const answer = (reply: FastifyReply, health: Health): FastifyReply =>
  reply
    .code(health.ok ? 200 : 503)
    .header('Cache-Control', 'no-store')
    .send(health);
