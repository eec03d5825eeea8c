import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  LinkKeys,
  type LinkPurpose,
  linkKeysText,
  newLinkKey,
  readLinkKeys,
  rotated,
  signClaims,
} from '../../src/credentials/link-keys.js';
import type { ReelkeepError } from '../../src/domain/errors.js';
import type { SessionClaims } from '../../src/domain/session-claims.js';

const claims: SessionClaims = {
  id: '0123456789abcdef',
  label: 'ann',
  may: ['read', 'list'],
  prefix: 'films/',
  notAfter: 2_000,
};

describe('the key of a link', () => {
  it('says what it was signed with, until its time is over', async () => {
    const { keys } = await openKeys();
    const link = keys.sign('link', claims);

    expect(keys.verify('link', link, 1_999)).toEqual({ ok: true, claims });
    expect(keys.verify('link', link, 2_000)).toEqual({ ok: false, reason: 'its time is over' });
  });

  it.each<[LinkPurpose, LinkPurpose]>([
    ['link', 'session'],
    ['session', 'link'],
  ])('that is a %s is none that is a %s', async (made, asked) => {
    const { keys } = await openKeys();

    const verdict = keys.verify(asked, keys.sign(made, claims), 0);

    expect(verdict).toEqual({ ok: false, reason: 'it was not signed here' });
  });

  it('is void with claims of another one, longer or shorter ones, and with none', async () => {
    const { keys } = await openKeys();
    const [, id, payload, mac] = keys.sign('link', claims).split('.');
    const [, , other] = keys.sign('link', { ...claims, prefix: '' }).split('.');

    const swapped = [
      `rk1.${id}.${other}.${mac}`,
      `rk1.${id}.${payload}x.${mac}`,
      `rk1.${id}.${payload?.slice(0, -1)}.${mac}`,
      `rk1.${id}..${mac}`,
      `rk1.${id}.${payload}.`,
      `rk2.${id}.${payload}.${mac}`,
      `${keys.sign('link', claims)}.`,
      'x'.repeat(10_000),
      '',
    ].map((token) => keys.verify('link', token, 0).ok);

    expect(new Set(swapped)).toEqual(new Set([false]));
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a right that there is not', { may: ['king'] }],
    ['no right', { may: [] }],
    ['a claim more', { admin: true }],
    ['no end', { notAfter: undefined }],
    ['a label of two lines', { label: 'a\nb' }],
  ])('is void with %s, though it was signed', async (_, wrong) => {
    const { keys, own } = await openKeys();
    const token = signClaims(own, 'link', { ...claims, ...wrong } as SessionClaims);

    const verdict = keys.verify('link', token, 0);

    expect(verdict).toEqual({ ok: false, reason: 'what it claims is not well formed' });
  });
});

describe('the file of keys', () => {
  it('keeps the key before the newest, and no older one', async () => {
    const first = [newLinkKey()];
    const second = rotated(first);
    const third = rotated(second);

    expect(second).toEqual([expect.anything(), first[0]]);
    expect(third).toEqual([expect.anything(), second[0]]);
  });

  it('is followed while it changes; while it is broken nobody is let in', async () => {
    const { keys, path, own, news } = await openKeys();
    const link = keys.sign('link', claims);
    const other = newLinkKey();

    await writeFile(path, linkKeysText([other, own]));
    await news.next();
    const afterOne = keys.verify('link', link, 0).ok;
    await writeFile(path, linkKeysText([newLinkKey(), other]));
    await news.next();
    const afterTwo = keys.verify('link', link, 0);
    await writeFile(path, '{');
    const refusal = await news.next();
    const broken = keys.verify('link', signClaims(other, 'link', claims), 0).ok;
    await writeFile(path, linkKeysText([own]));
    await news.next();

    expect(afterOne).toBe(true);
    expect(afterTwo).toEqual({ ok: false, reason: 'its key is not in use any more' });
    expect(refusal).toMatchObject({ code: 'usage', detail: expect.stringContaining('damaged') });
    expect(broken).toBe(false);
    expect(keys.verify('link', link, 0).ok).toBe(true);
  });

  it('is refused when others can read it', async () => {
    const { path } = await openKeys();
    await chmod(path, 0o640);

    await expect(readLinkKeys(path)).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('can be read by others'),
    });
  });
});

async function openKeys() {
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-keys-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'link-keys.json');
  const own = newLinkKey();
  await writeFile(path, linkKeysText([own]), { mode: 0o600 });
  const news = new News();
  const keys = await LinkKeys.open(path, (told) => news.tell(told), 5);
  onTestFinished(() => keys.close());
  return { keys, path, own, news };
}

type Told = 'changed' | ReelkeepError;

/** What was told, one after the other. */
class News {
  readonly #told: Told[] = [];
  #waiting: ((told: Told) => void) | undefined;

  tell(told: Told): void {
    if (this.#waiting === undefined) this.#told.push(told);
    else this.#waiting(told);
    this.#waiting = undefined;
  }

  next(): Promise<Told> {
    const told = this.#told.shift();
    if (told !== undefined) return Promise.resolve(told);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}
