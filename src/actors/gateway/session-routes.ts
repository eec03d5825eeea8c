/** How a link becomes a session, and how that ends. */
import { z } from 'zod';
import { ReelkeepError } from '../../domain/errors.js';
import type { SessionClaims } from '../../domain/session-claims.js';
import { requireEncrypted } from './access-guard.js';
import { doorKind } from './door.js';
import { enterPage, enterScript } from './enter-page.js';
import { HttpRefusal } from './error-answers.js';
import type { Routes } from './routes.js';
import { endedCookie, type Sessions } from './sessions.js';
import type { GatewayWorld } from './world.js';

const open = { config: { access: 'open' } } as const;
const opening = z.strictObject({ key: z.string() });

export const sessionRoutes: Routes = (app, world) => {
  app.get('/enter', open, (_request, reply) =>
    reply.header('Cache-Control', 'no-store').type('text/html; charset=utf-8').send(enterPage),
  );
  app.get('/enter.js', open, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(enterScript),
  );

  /** Who one is here: what the page shows, and whether it has to ask for a link. */
  app.get('/session', open, ({ access }, reply) =>
    reply
      .header('Cache-Control', 'no-store')
      .send({ door: doorKind(world.config), session: told(access.claims) ?? null }),
  );

  app.post('/session', open, (request, reply) => {
    const sessions = requireSessions(world);
    if (world.config.behindProxy) requireEncrypted(request);
    const asked = opening.safeParse(request.body);
    if (!asked.success) throw new ReelkeepError('usage', 'send {"key": "…"}, as JSON');
    const verdict = sessions.open(asked.data.key);
    if (!verdict.ok)
      throw new HttpRefusal(401, 'not-allowed', `this link opens nothing: ${verdict.reason}`);
    return reply
      .header('Cache-Control', 'no-store')
      .header('Set-Cookie', sessions.cookieOf(verdict.claims))
      .send(told(verdict.claims));
  });

  app.delete('/session', open, (_request, reply) =>
    reply.header('Set-Cookie', endedCookie()).code(204).send(),
  );
};

function requireSessions({ sessions }: GatewayWorld): Sessions {
  if (sessions !== undefined) return sessions;
  throw new ReelkeepError('usage', 'nobody logs in to this gateway');
}

const told = (claims: SessionClaims | undefined) =>
  claims && {
    label: claims.label,
    may: claims.may,
    prefix: claims.prefix,
    notAfter: new Date(claims.notAfter).toISOString(),
  };
