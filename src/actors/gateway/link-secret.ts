/** The file of the keys that links are signed with: made, changed, and used to make links. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { credentialLimits } from '../../credentials/limits.js';
import {
  type LinkKey,
  linkKeysText,
  newLinkKey,
  readLinkKeys,
  rotated,
  signClaims,
} from '../../credentials/link-keys.js';
import { ReelkeepError } from '../../domain/errors.js';
import { acceptPrefix } from '../../domain/names.js';
import type { Right } from '../../domain/policy.js';
import { isSessionLabel, type SessionClaims } from '../../domain/session-claims.js';
import { hasCode, toDiskError } from '../../storage/disk-error.js';
import { DiskSync } from '../../storage/disk-sync.js';
import { makeRoot } from '../../storage/make-root.js';
import { newFile } from '../../storage/new-file.js';

export const secretFileIn = (spool: string): string => join(spool, 'link-keys.json');

/** @throws ReelkeepError `conflict` when it is there already */
export async function initSecret(path: string): Promise<void> {
  await makeRoot(dirname(path));
  try {
    await write(path, [newLinkKey()], newFile.flags);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw toDiskError(`making ${path}`, error);
    throw new ReelkeepError('conflict', `${path} is there already: change it with rotate-secret`);
  }
}

/** Links that were made before the last change but one are void afterwards. */
export async function rotateSecret(path: string): Promise<void> {
  const keys = rotated(await keysOf(path));
  const spare = `${path}.tmp`;
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    await write(spare, keys, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
    await rename(spare, path);
    await new DiskSync({ durability: 'strict' }).directory(dirname(path));
  } catch (error) {
    throw toDiskError(`changing ${path}`, error);
  }
}

export interface LinkOrder {
  readonly secretFile: string;
  /** Where browsers reach the gateway. */
  readonly url: string;
  readonly may: readonly Right[];
  readonly prefix: string;
  readonly label: string | undefined;
  readonly lifeMs: number;
}

/**
 * The key stands behind the `#`, which a browser keeps to itself: in no log and no `Referer`.
 *
 * @throws ReelkeepError `usage`
 */
export async function makeLink(order: LinkOrder, now = Date.now()): Promise<string> {
  const { lifeMs } = order;
  if (lifeMs < 1 || lifeMs > credentialLimits.linkLifeMsMax)
    throw new ReelkeepError('usage', '--for: a link is good for 90d at most');
  const origin = originOf(order.url);
  const [key] = await keysOf(order.secretFile);
  if (key === undefined) throw new ReelkeepError('internal', 'a file of keys has one');
  return `${origin}/enter#${signClaims(key, 'link', claimsOf(order, now + lifeMs))}`;
}

function claimsOf({ may, prefix: text, label: asked }: LinkOrder, notAfter: number): SessionClaims {
  const id = randomBytes(8).toString('hex');
  const label = asked ?? `link-${id}`;
  if (!isSessionLabel(label))
    throw new ReelkeepError('usage', '--label: use up to 64 letters, digits and any of ". @_-"');
  const prefix = acceptPrefix(text);
  if (!prefix.ok) throw new ReelkeepError('usage', `--prefix: ${prefix.reason}`);
  return { id, label, may: [...new Set(may)], prefix: prefix.prefix, notAfter };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.pathname === '/' && url.search === '' && url.hash === '';
  if (url === undefined || url.protocol !== 'https:' || !isPlain || url.username !== '')
    throw new ReelkeepError(
      'usage',
      '--url: give https://HOST:PORT, as browsers reach the gateway',
    );
  return url.origin;
}

async function keysOf(path: string): Promise<readonly LinkKey[]> {
  try {
    return await readLinkKeys(path);
  } catch (error) {
    if (!(error instanceof ReelkeepError) || error.code !== 'not-found') throw error;
    throw new ReelkeepError(
      'usage',
      `${path} is not there: make it with "bin/gateway init-secret"`,
    );
  }
}

async function write(path: string, keys: readonly LinkKey[], flags: number): Promise<void> {
  const handle = await open(path, flags, newFile.mode);
  try {
    await handle.writeFile(linkKeysText(keys));
    await new DiskSync({ durability: 'strict' }).file(handle, path);
  } finally {
    await handle.close();
  }
}
