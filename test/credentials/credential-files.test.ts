import { X509Certificate } from 'node:crypto';
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Authority } from '../../src/credentials/authority.js';
import { Credentials } from '../../src/credentials/credential-files.js';
import { anAuthority } from './an-authority.js';
import { follow } from './follow.js';

describe('what an authority issues', () => {
  it('speaks for whom it was issued to, in the cluster of the authority', async () => {
    const authority = await anAuthority();

    const directory = await authority.issue({ role: 'keeper', name: 'disk-1' });

    const { principal } = await open(directory);
    expect(principal).toEqual({ clusterId: authority.clusterId, role: 'keeper', name: 'disk-1' });
  });

  it('is issued the same by the authority that is opened again', async () => {
    const { directory: ca, clusterId } = await anAuthority();

    const again = await Authority.open(ca);

    const { principal } = await open(await again.issue({ role: 'client', name: 'me' }));
    expect(principal).toEqual({ clusterId, role: 'client', name: 'me' });
  });

  it('has keys that only their owner can read', async () => {
    const authority = await anAuthority();
    const directory = await authority.issue({ role: 'keeper', name: 'a' });

    const modes = await Promise.all(
      [join(authority.directory, 'ca.key'), join(directory, 'tls.key'), directory].map(
        async (path) => (await stat(path)).mode & 0o777,
      ),
    );

    expect(modes).toEqual([0o600, 0o600, 0o700]);
  });

  it('never takes the place of another authority', async () => {
    const { directory } = await anAuthority();
    const before = await readFile(join(directory, 'ca.key'));

    await expect(Authority.create(directory)).rejects.toMatchObject({ code: 'conflict' });

    expect(await readFile(join(directory, 'ca.key'))).toEqual(before);
  });

  it('is nothing without an authority', async () => {
    const { directory } = await anAuthority();
    await writeFile(join(directory, 'ca.crt'), 'no certificate');

    await expect(Authority.open(join(directory, 'absent'))).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('bin/master init-ca'),
    });
    await expect(Authority.open(directory)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('credentials', () => {
  it.each<[string, (directory: string) => Promise<void>, string]>([
    ['a file is missing', (dir) => rm(join(dir, 'tls.crt')), 'tls.crt'],
    ['the key can be read by others', (dir) => chmod(join(dir, 'tls.key'), 0o640), 'chmod 600'],
    ['the key is another one', (dir) => takeFromOther(dir, 'tls.key'), 'is not the key of'],
    ['the authority is another one', (dir) => takeFromOther(dir, 'ca.crt'), 'was not issued by'],
    ['the certificate is none', (dir) => writeFile(join(dir, 'tls.crt'), 'x'), 'no certificate'],
    [
      'the certificate is followed by what is none',
      (dir) =>
        appendFile(
          join(dir, 'tls.crt'),
          '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
        ),
      'is no certificate',
    ],
    ['the key is none', (dir) => writeFile(join(dir, 'tls.key'), 'x'), 'no private key'],
    [
      'a file is very long',
      (dir) => writeFile(join(dir, 'ca.crt'), 'x'.repeat(70_000)),
      'too long',
    ],
    [
      'a file is none',
      (dir) => rm(join(dir, 'ca.crt')).then(() => mkdir(join(dir, 'ca.crt'))),
      'ca.crt is no regular file',
    ],
  ])('are refused when %s', async (_, spoil, told) => {
    const directory = await (await anAuthority()).issue({ role: 'keeper', name: 'a' });
    await spoil(directory);

    await expect(open(directory)).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringContaining(told),
    });
  });

  it('are believed of any of the authorities in ca.crt, while one takes the place of another', async () => {
    const directory = await (await anAuthority()).issue({ role: 'keeper', name: 'a' });
    const next = await (await anAuthority()).issue({ role: 'keeper', name: 'a' });
    const [old, fresh] = await Promise.all(
      [directory, next].map((one) => readFile(join(one, 'ca.crt'), 'utf8')),
    );

    await writeFile(join(directory, 'ca.crt'), `${fresh}\n${old}`);

    expect((await open(directory)).principal.name).toBe('a');
  });

  it('S11: are refused when a flipped bit has made the end of the authority unreadable', async () => {
    const directory = await (await anAuthority()).issue({ role: 'keeper', name: 'a' });
    const path = join(directory, 'ca.crt');
    const { raw } = new X509Certificate(await readFile(path));
    const utcTime = Buffer.from([0x17, 13]);
    const endAt = raw.indexOf(utcTime, raw.indexOf(utcTime) + 1) + 2;
    raw.writeUInt8((raw[endAt] ?? 0) ^ 0x40, endAt);
    await writeFile(
      path,
      `-----BEGIN CERTIFICATE-----\n${linesOf(raw)}-----END CERTIFICATE-----\n`,
    );

    await expect(open(directory)).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('the certificate of the authority ended on Bad time value'),
    });
  });

  it('are refused when they have ended, or are of another role', async () => {
    const authority = await anAuthority();
    const ended = await authority.issue({ role: 'keeper', name: 'a', days: -1 });
    const client = await authority.issue({ role: 'client', name: 'a' });

    await expect(open(ended)).rejects.toMatchObject({
      detail: expect.stringContaining('ended on'),
    });
    await expect(open(client, ['keeper'])).rejects.toMatchObject({
      detail: expect.stringContaining('they are of a client, and this is a keeper'),
    });
  });

  it('are renewed while they are used, and what is not good is not taken', async () => {
    const authority = await anAuthority();
    const directory = await authority.issue({ role: 'keeper', name: 'a' });
    const { opened: credentials, next } = await followKeeper(directory);
    const first = credentials.files.certificate;
    await writeFile(join(directory, 'tls.crt'), 'half a certif');
    const refused = await next();
    const meanwhile = credentials.files.certificate;

    await authority.issue({ role: 'keeper', name: 'a' });
    let news = await next();
    while (news !== 'renewed') news = await next();

    expect(refused).toMatchObject({ code: 'usage', detail: expect.stringContaining('tls.crt') });
    expect(meanwhile).toEqual(first);
    expect(credentials.files.certificate).toEqual(await readFile(join(directory, 'tls.crt')));
    expect(credentials.files.certificate).not.toEqual(first);
  });

  it('that are spoiled, put back as they were and spoiled again are told of again', async () => {
    const directory = await (await anAuthority()).issue({ role: 'keeper', name: 'a' });
    const good = await readFile(join(directory, 'tls.crt'));
    const { next } = await followKeeper(directory);
    await put(directory, 'tls.crt', 'half a certif');
    const first = await next();

    // Nothing tells that they were looked at in between, so it is done until they were.
    let again: unknown;
    const telling = next().then((news) => {
      again = news;
    });
    while (again === undefined) {
      await put(directory, 'tls.crt', good);
      await put(directory, 'tls.crt', 'half a certif');
    }
    await telling;

    expect(first).toMatchObject({ detail: expect.stringContaining('tls.crt is no certificate') });
    expect(again).toEqual(first);
  });

  it('do not become somebody else’s', async () => {
    const authority = await anAuthority();
    const directory = await authority.issue({ role: 'keeper', name: 'a' });
    const other = await authority.issue({ role: 'keeper', name: 'b' });
    const { opened: credentials, next } = await followKeeper(directory);

    for (const name of ['tls.crt', 'tls.key'])
      await copyFile(join(other, name), join(directory, name));
    let news = await next();
    while (typeof news === 'string' || !news.detail.includes('somebody else')) news = await next();

    expect(credentials.principal.name).toBe('a');
  });
});

const open = (
  directory: string,
  roles: Credentials['principal']['role'][] = ['keeper', 'client'],
) =>
  Credentials.open({ directory, roles, onNews: () => undefined }).then((credentials) => {
    credentials.close();
    return credentials;
  });

const followKeeper = (directory: string) =>
  follow((following) => Credentials.open({ directory, roles: ['keeper'], ...following }));

/** Whole at once. */
async function put(directory: string, name: string, content: string | Buffer): Promise<void> {
  const path = join(directory, name);
  await writeFile(`${path}.tmp`, content);
  await rename(`${path}.tmp`, path);
}

async function takeFromOther(directory: string, name: string): Promise<void> {
  const other = await (await anAuthority()).issue({ role: 'keeper', name: 'a' });
  await copyFile(join(other, name), join(directory, name));
}

const linesOf = (der: Buffer): string => der.toString('base64').replace(/.{1,64}/g, '$&\n');
