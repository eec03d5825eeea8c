/** Finds out whom a request speaks for: by the cookie of a session, or the key of a link itself. */
import type { FastifyRequest } from 'fastify';
import type { LinkKeys, LinkVerdict } from '../../credentials/link-keys.js';
import type { SessionClaims } from '../../domain/session-claims.js';

/** The prefix has browsers take it from an encrypted connection alone, for this host and no other. */
const sessionCookie = '__Host-reelkeep';

export interface Sessions {
  /** @returns why there is none */
  of(request: Pick<FastifyRequest, 'headers'>): LinkVerdict;
  /** @param link the key of one */
  open(link: string): LinkVerdict;
  /** As a `Set-Cookie` header; it ends with the link. */
  cookieOf(claims: SessionClaims): string;
}

export function createSessions(
  keys: Pick<LinkKeys, 'sign' | 'verify'>,
  wallMs: () => number = Date.now,
): Sessions {
  return {
    of({ headers }) {
      // For what is no browser; a page of another site cannot have it sent.
      const [, key] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
      if (key !== undefined) return keys.verify('link', key, wallMs());
      const session = cookieIn(headers.cookie ?? '');
      if (session === undefined) return { ok: false, reason: 'there is no session' };
      return keys.verify('session', session, wallMs());
    },
    open: (link) => keys.verify('link', link, wallMs()),
    cookieOf(claims) {
      const seconds = Math.max(0, Math.floor((claims.notAfter - wallMs()) / 1000));
      return cookieText(keys.sign('session', claims), seconds);
    },
  };
}

export const endedCookie = (): string => cookieText('', 0);

const cookieText = (value: string, seconds: number): string =>
  `${sessionCookie}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Strict`;

function cookieIn(header: string): string | undefined {
  const mine = `${sessionCookie}=`;
  return header
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(mine))
    ?.slice(mine.length);
}
