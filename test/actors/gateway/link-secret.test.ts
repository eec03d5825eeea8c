import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  initSecret,
  type LinkOrder,
  makeLink,
  rotateSecret,
} from '../../../src/actors/gateway/link-secret.js';
import { LinkKeys } from '../../../src/credentials/link-keys.js';
import { aSpoolDirectory } from './a-spool.js';

const day = 86_400_000;

describe('a link', () => {
  it('holds its key where no server is told of it', async () => {
    const order = await anOrder();

    const link = new URL(await makeLink(order, 1_000));
    const verdict = await verify(order, link.hash.slice(1), 1_000);

    expect(link.href.split('#')[0]).toBe('https://films.example:8443/enter');
    expect(verdict).toEqual({
      ok: true,
      claims: {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        label: expect.stringMatching(/^link-[0-9a-f]{16}$/),
        may: ['read', 'list'],
        prefix: 'films/',
        notAfter: 1_000 + day,
      },
    });
  });

  it.each<[Partial<LinkOrder>, RegExp]>([
    [{ url: 'http://films.example' }, /--url: give https/],
    [{ url: 'https://films.example/path' }, /--url/],
    [{ url: 'https://me:pw@films.example' }, /--url/],
    [{ url: 'films' }, /--url/],
    [{ lifeMs: 91 * day }, /90d at most/],
    [{ prefix: '/films' }, /--prefix: the name begins with/],
    [{ prefix: 'a/../b' }, /--prefix/],
    [{ label: 'a\nb' }, /--label/],
    [{ secretFile: '/nowhere/link-keys.json' }, /init-secret/],
  ])('is not made with %j', async (wrong, why) => {
    const order = await anOrder();

    await expect(makeLink({ ...order, ...wrong })).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringMatching(why),
    });
  });
});

describe('the secret of links', () => {
  it('is made once, for its user alone', async () => {
    const { secretFile } = await anOrder();

    const again = initSecret(secretFile);

    await expect(again).rejects.toMatchObject({ code: 'conflict' });
    expect((await stat(secretFile)).mode & 0o777).toBe(0o600);
  });

  it('is forgotten when it was changed twice, and its links with it', async () => {
    const order = await anOrder();
    const [, key = ''] = (await makeLink(order)).split('#');

    await rotateSecret(order.secretFile);
    const once = await verify(order, key, Date.now());
    await rotateSecret(order.secretFile);
    const twice = await verify(order, key, Date.now());

    expect([once.ok, twice.ok]).toEqual([true, false]);
    expect((await stat(order.secretFile)).mode & 0o777).toBe(0o600);
  });
});

async function anOrder(): Promise<LinkOrder> {
  const secretFile = join(await aSpoolDirectory(), 'link-keys.json');
  await initSecret(secretFile);
  return {
    secretFile,
    url: 'https://films.example:8443',
    may: ['read', 'list'],
    prefix: 'films/',
    label: undefined,
    lifeMs: day,
  };
}

async function verify({ secretFile }: LinkOrder, key: string, now: number) {
  const keys = await LinkKeys.open(secretFile, () => undefined);
  keys.close();
  return keys.verify('link', key, now);
}
