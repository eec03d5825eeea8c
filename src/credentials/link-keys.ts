/**
 * The secrets by which a gateway knows the links that were made for it, and the sessions that came
 * of them: `link-keys.json`, newest first, read again now and then, so that links are revoked
 * without a restart.
 *
 * While the file cannot be read nobody is let in.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ReelkeepError } from '../domain/errors.js';
import { rights } from '../domain/policy.js';
import { isSessionLabel, type SessionClaims } from '../domain/session-claims.js';
import { credentialLimits } from './limits.js';
import { readSmallFile } from './small-file.js';
import { WatchedFiles } from './watched-files.js';

export interface LinkKey {
  /** 8 hex digits, which stand in what it signs. */
  readonly id: string;
  readonly secret: Buffer;
}

/** A session is not taken for a link, nor a link for a session. */
export type LinkPurpose = 'link' | 'session';

export type LinkVerdict =
  | { readonly ok: true; readonly claims: SessionClaims }
  | { readonly ok: false; readonly reason: string };

const version = 'rk1';
const secretBytes = 32;
const keysSchema = z.strictObject({
  format: z.literal(1),
  keys: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[0-9a-f]{8}$/),
        secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
      }),
    )
    .min(1)
    .max(credentialLimits.linkKeysMax),
});
const claimsSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  label: z.string().refine(isSessionLabel),
  may: z.array(z.enum(rights)).min(1).max(rights.length),
  prefix: z.string().max(1024),
  notAfter: z.number().int().positive(),
});

export const newLinkKey = (): LinkKey => ({
  id: randomBytes(4).toString('hex'),
  secret: randomBytes(secretBytes),
});

/** The new key signs; what the one before signed stays good, what an older one did does not. */
export const rotated = (keys: readonly LinkKey[]): readonly LinkKey[] =>
  [newLinkKey(), ...keys].slice(0, credentialLimits.linkKeysMax);

export const linkKeysText = (keys: readonly LinkKey[]): string =>
  `${JSON.stringify({ format: 1, keys: keys.map(({ id, secret }) => ({ id, secret: secret.toString('base64url') })) }, null, 2)}\n`;

/** @throws ReelkeepError `not-found` when there is no such file, else `usage` with what is wrong */
export async function readLinkKeys(path: string): Promise<readonly LinkKey[]> {
  const bytesMax = credentialLimits.credentialBytesMax;
  const file = await readSmallFile({ path, called: path, bytesMax });
  if (!file.ok) throw unreadable(file.reason, file.cause);
  if ((file.mode & 0o077) !== 0)
    throw new ReelkeepError('usage', `${path} can be read by others: chmod 600 it`);
  const parsed = keysSchema.safeParse(parseJson(file.bytes.toString('utf8')));
  if (!parsed.success)
    throw new ReelkeepError('usage', `${path} is damaged, or of a newer version`);
  return parsed.data.keys.map(({ id, secret }) => ({
    id,
    secret: Buffer.from(secret, 'base64url'),
  }));
}

export class LinkKeys {
  readonly #watch: WatchedFiles<readonly LinkKey[]>;
  #keys: readonly LinkKey[];

  /** @throws ReelkeepError as `readLinkKeys` */
  static async open(
    path: string,
    onNews: (news: 'changed' | ReelkeepError) => void,
    reloadEveryMs?: number,
  ): Promise<LinkKeys> {
    return new LinkKeys(path, await readLinkKeys(path), onNews, reloadEveryMs);
  }

  private constructor(
    path: string,
    keys: readonly LinkKey[],
    onNews: (news: 'changed' | ReelkeepError) => void,
    reloadEveryMs: number | undefined,
  ) {
    this.#keys = keys;
    this.#watch = new WatchedFiles(
      {
        read: () => readLinkKeys(path),
        isInUse: (there) => linkKeysText(there) === linkKeysText(this.#keys),
        take: (there) => {
          this.#keys = there;
          onNews('changed');
        },
        refuse: (reason) => {
          this.#keys = [];
          onNews(reason);
        },
      },
      reloadEveryMs,
    );
  }

  sign(purpose: LinkPurpose, claims: SessionClaims): string {
    const [key] = this.#keys;
    if (key === undefined)
      throw new ReelkeepError('unavailable', 'the keys of links are not there');
    return signClaims(key, purpose, claims);
  }

  verify(purpose: LinkPurpose, token: string, now: number): LinkVerdict {
    return verifyClaims(this.#keys, purpose, token, now);
  }

  close(): void {
    this.#watch.close();
  }
}

export function signClaims(key: LinkKey, purpose: LinkPurpose, claims: SessionClaims): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const mac = macOf(key, purpose, payload).toString('base64url');
  return `${version}.${key.id}.${payload}.${mac}`;
}

/** @param now milliseconds since 1970 */
export function verifyClaims(
  keys: readonly LinkKey[],
  purpose: LinkPurpose,
  token: string,
  now: number,
): LinkVerdict {
  if (token.length > credentialLimits.linkLengthMax) return refuse('it is too long');
  const [, keyId, payload = '', mac = ''] =
    /^rk1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  if (keyId === undefined) return refuse('it is none of this version');
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) return refuse('its key is not in use any more');
  if (!isMac(macOf(key, purpose, payload), mac)) return refuse('it was not signed here');
  const parsed = claimsSchema.safeParse(parseJson(Buffer.from(payload, 'base64url').toString()));
  if (!parsed.success) return refuse('what it claims is not well formed');
  if (now >= parsed.data.notAfter) return refuse('its time is over');
  return { ok: true, claims: parsed.data };
}

const macOf = ({ id, secret }: LinkKey, purpose: LinkPurpose, payload: string): Buffer =>
  createHmac('sha256', secret).update(`reelkeep ${version} ${purpose}\0${id}.${payload}`).digest();

/** The last digit of the text has bits that mean nothing: other digits there are refused as well. */
function isMac(expected: Buffer, text: string): boolean {
  const given = Buffer.from(text, 'base64url');
  return given.toString('base64url') === text && timingSafeEqual(given, expected);
}

const refuse = (reason: string): LinkVerdict => ({ ok: false, reason });

function unreadable(reason: string, cause: unknown): ReelkeepError {
  const isAbsent = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return new ReelkeepError(isAbsent ? 'not-found' : 'usage', reason, { cause });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
