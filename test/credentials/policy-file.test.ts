import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPolicy, PolicyFile } from '../../src/credentials/policy-file.js';
import type { ReelkeepError } from '../../src/domain/errors.js';
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
    ['a prefix that no name has', aGrant({ prefixes: ['a'.repeat(1025)] })],
    ['a prefix that would take an hour to compare', aGrant({ prefixes: [accents(150_000)] })],
    ['faults alone', { format: 1, grants: Array(300_000).fill([]) }],
    ['one list of faults alone', aGrant({ clients: Array(500_000).fill(0) })],
  ])('is refused with %s, and a sentence', async (_, content) => {
    await put(content);

    const error = await open().catch((refusal: unknown) => refusal);

    expect(error).toMatchObject({ code: 'usage' });
    expect((error as ReelkeepError).detail.length).toBeLessThan(1_200);
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

function aGrant(changes: object): unknown {
  return { ...narrow, grants: [{ ...narrow.grants[0], ...changes }] };
}

/** Each two in the wrong order. */
function accents(pairs: number): string {
  return `a${'\u0300\u0316'.repeat(pairs)}`;
}

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
