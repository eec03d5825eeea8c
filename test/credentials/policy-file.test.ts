import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPolicy, PolicyFile } from '../../src/credentials/policy-file.js';
import { nothingGranted } from '../../src/domain/policy.js';
import { follow, type News } from './follow.js';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-policy-'));
  path = join(directory, 'policy.json');
});

afterEach(() => rm(directory, { recursive: true }));

const narrow = {
  format: 1,
  grants: [{ clients: ['me'], prefixes: ['films/'], may: ['read'] }],
};

describe('a policy file', () => {
  it('is what it says, its prefixes as names are stored', async () => {
    await put({ ...narrow, grants: [{ ...narrow.grants[0], prefixes: ['e\u0301/'] }] });

    const { policy } = await open();

    expect(policy.grants).toEqual([{ clients: ['me'], prefixes: ['é/'], may: ['read'] }]);
  });

  it.each<[string, unknown]>([
    ['no JSON', 'grants'],
    ['another format', { ...narrow, format: 2 }],
    ['no grants', { format: 1 }],
    ['a key that it has not', { ...narrow, deny: [] }],
    ['a right that there is not', { format: 1, grants: [{ ...narrow.grants[0], may: ['own'] }] }],
    [
      'a client that can be none',
      { format: 1, grants: [{ ...narrow.grants[0], clients: ['Me'] }] },
    ],
    ['nobody', { format: 1, grants: [{ ...narrow.grants[0], clients: [] }] }],
    ['too much', ' '.repeat(1024 * 1024 + 1)],
  ])('is refused with %s', async (_, content) => {
    await put(content);

    await expect(open()).rejects.toMatchObject({ code: 'usage' });
  });

  it('is refused when it is not there', async () => {
    await expect(open()).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('policy.json'),
    });
  });

  it('is refused when it is no file', async () => {
    await mkdir(path);

    await expect(open()).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringContaining('it is no regular file'),
    });
  });

  it('is taken again when it changes, and grants nothing while it is broken or gone', async () => {
    await put(openPolicy);
    const { opened: file, next } = await follow((following) =>
      PolicyFile.open({ path, ...following }),
    );
    const seen = [file.policy];

    await put('{"form');
    const broken = await next();
    seen.push(file.policy);
    await put(narrow);
    await untilTaken(next);
    seen.push(file.policy);
    await rm(path);
    await next();
    seen.push(file.policy);
    await put(narrow);
    await untilTaken(next);
    seen.push(file.policy);

    expect(broken).toMatchObject({ code: 'usage' });
    const { grants } = narrow;
    const all = { grants: openPolicy.grants };
    expect(seen).toEqual([all, nothingGranted, { grants }, nothingGranted, { grants }]);
  });
});

/** Whole at once, as an editor that is careful does it. */
async function put(content: unknown): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}

async function open(): Promise<PolicyFile> {
  const file = await PolicyFile.open({ path, onNews: () => undefined });
  file.close();
  return file;
}

async function untilTaken(next: () => Promise<News>): Promise<void> {
  while ((await next()) !== 'taken');
}
