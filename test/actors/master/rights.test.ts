import { describe, expect, it } from 'vitest';
import { withRights } from '../../../src/actors/master/rights.js';
import { clusterId } from '../../../src/domain/ids.js';
import { nothingGranted, type Policy } from '../../../src/domain/policy.js';
import type { Principal, Role } from '../../../src/domain/principal.js';
import type { ClientHandlers } from '../../../src/rpc/control-server.js';
import { rpcLimits } from '../../../src/rpc/limits.js';

const policy: Policy = {
  grants: [
    { clients: ['reader'], prefixes: ['a/', 'c/'], may: ['read', 'list'] },
    { clients: ['writer'], prefixes: ['a/'], may: ['write'] },
    { clients: ['owner'], prefixes: ['a/'], may: ['read', 'list', 'write', 'delete'] },
  ],
};

const upload = { name: 'a/1', replace: false } as never;
const replacing = { name: 'a/1', replace: true } as never;

describe('rights', () => {
  it.each<[string, (by: Guarded) => Promise<unknown>, readonly string[]]>([
    ['beginUpload', ({ on, who }) => on.beginUpload(upload, who), ['writer', 'owner']],
    ['beginUpload replacing', ({ on, who }) => on.beginUpload(replacing, who), ['owner']],
    ['locate', ({ on, who }) => on.locate({ name: 'a/1' }, who), ['reader', 'owner']],
    ['stat', ({ on, who }) => on.stat({ name: 'a/1' }, who), ['reader', 'owner']],
    ['list', ({ on, who }) => on.list(page('a/'), who), ['reader', 'owner']],
    ['remove', ({ on, who }) => on.remove({ name: 'a/1' }, who), ['owner']],
    ['rename', ({ on, who }) => on.rename({ name: 'a/1', newName: 'a/2' }, who), ['owner']],
    ['rename out', ({ on, who }) => on.rename({ name: 'a/1', newName: 'b/2' }, who), []],
    ['verify', ({ on, who }) => first(on.verify({ name: 'a/1' }, never, who)), ['reader', 'owner']],
    ['anything elsewhere', ({ on, who }) => on.stat({ name: 'b/1' }, who), []],
  ])('are asked for by %s', async (_, ask, allowed) => {
    const granted: string[] = [];
    for (const name of ['reader', 'writer', 'owner', 'stranger']) {
      const { on, calls } = guard();
      const outcome = await ask({ on, who: a('client', name) }).then(
        () => 'done',
        ({ code }: { code: string }) => code,
      );
      expect([name, outcome, calls.length]).toEqual(
        outcome === 'done' ? [name, 'done', 1] : [name, 'not-allowed', 0],
      );
      if (outcome === 'done') granted.push(name);
    }

    expect(granted).toEqual(allowed);
  });

  it('are all there for an admin, and none for nobody', async () => {
    const { on } = guard(nothingGranted);

    await on.remove({ name: 'b/1' }, a('admin', 'root'));

    await expect(on.stat({ name: 'a/1' }, undefined)).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(on.stat({ name: 'a/1' }, a('keeper', 'reader'))).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('answer each of several names by itself', async () => {
    const { on, calls } = guard();

    const { outcomes } = await on.statMany({ names: ['b/1', 'a/1', 'b/2'] }, a('client', 'reader'));

    expect(outcomes.map(({ code }) => code)).toEqual(['not-allowed', 'a/1', 'not-allowed']);
    expect(calls).toEqual([['statMany', { names: ['a/1'] }]]);
  });

  it('S47: are not asked for by what can be no name, nor for more names than one question has', async () => {
    const { on, calls } = guard();
    const many = Array<string>(rpcLimits.statNamesMax + 1).fill('b/1');

    const by = a('client', 'reader');
    for (const long of ['a/'.repeat(1_000), '\u0300\u0316'.repeat(1024 ** 2)]) {
      await expect(on.stat({ name: long }, by)).rejects.toMatchObject({ code: 'refused-input' });
      expect(await on.list(page(long), by)).toEqual({ files: [], more: false });
    }
    await expect(on.statMany({ names: many }, by)).rejects.toMatchObject({ code: 'usage' });
    expect(calls).toEqual([]);
  });

  it('S47: show no more of a listing than a page has, however many parts it has', async () => {
    const limits: number[] = [];
    const grants = [{ clients: ['*'], prefixes: ['a/', 'b/', 'c/'], may: ['list'] as const }];
    const list: ClientHandlers['list'] = async ({ limit }) => {
      limits.push(limit);
      return { files: Array(Math.min(limit, 600)).fill({ name: 'x' }), more: false };
    };
    const on = withRights({ ...handlers([]), list }, () => ({ grants }));

    const { files, more } = await on.list(page(''), a('client', 'reader'));

    expect([files.length, more, limits]).toEqual([1_000, true, [1_000, 400]]);
  });

  it('are needed for a check of all files', async () => {
    const { on } = guard();

    await expect(first(on.fsck({}, never, a('client', 'writer')))).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('show of a listing what may be listed, page by page', async () => {
    const { on } = guard();
    const seen: string[] = [];

    let after = '';
    for (let more = true; more; ) {
      const part = await on.list({ prefix: '', after, limit: 2 }, a('client', 'reader'));
      seen.push(...part.files.map(({ name }) => name));
      after = seen.at(-1) ?? '';
      more = part.more;
      expect(part.files.length).toBeLessThanOrEqual(2);
    }

    expect(seen).toEqual(['a/1', 'a/2', 'a/3', 'c/1']);
    const whole = await on.list(page(''), a('client', 'reader'));
    expect([whole.files.map(({ name }) => name), whole.more]).toEqual([seen, false]);
  });

  it('show of a check of all files those that may be listed', async () => {
    const { on } = guard();
    const found: string[] = [];

    for await (const { name } of on.fsck({}, never, a('client', 'reader'))) found.push(name);

    expect(found).toEqual(['a/1', 'a/2', 'a/3', 'c/1']);
  });

  it('show of the files of a keeper those that may be listed', async () => {
    const { on } = guard();
    const asked = { keeperId: 'k1', afterFileId: '', limit: 0 };

    const page = await on.listKeeperFiles(asked, a('client', 'reader'));

    expect(page.files.map(({ name }) => name)).toEqual(['a/1', 'a/2', 'a/3', 'c/1']);
    expect(page.nextAfterFileId).toBe('next');
    await expect(on.listKeeperFiles(asked, a('client', 'writer'))).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('follow the policy as it is now', async () => {
    const now = { policy };
    const on = withRights(handlers([]), () => now.policy);
    await on.stat({ name: 'a/1' }, a('client', 'reader'));

    now.policy = nothingGranted;

    await expect(on.stat({ name: 'a/1' }, a('client', 'reader'))).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });
});

interface Guarded {
  readonly on: ClientHandlers;
  readonly who: Principal;
}

const names = ['a/1', 'a/2', 'a/3', 'b/1', 'c/1'];
const never = new AbortController().signal;
const page = (prefix: string) => ({ prefix, after: '', limit: 0 });

function guard(given = policy) {
  const calls: [string, unknown][] = [];
  return { on: withRights(handlers(calls), () => given), calls };
}

/** They do what they are asked, and say so. */
function handlers(calls: [string, unknown][]): ClientHandlers {
  const answer = (method: string) => async (request: unknown) => {
    calls.push([method, request]);
    return {};
  };
  return {
    ...(Object.fromEntries(
      ['beginUpload', 'locate', 'stat', 'remove', 'rename'].map((name) => [name, answer(name)]),
    ) as unknown as ClientHandlers),
    statMany: async (request) => {
      calls.push(['statMany', request]);
      return {
        outcomes: request.names.map((name) => ({ file: undefined, code: name, detail: '' })),
      };
    },
    list: async ({ prefix, after, limit }) => {
      calls.push(['list', prefix]);
      const left = names.filter((name) => name.startsWith(prefix) && name > after);
      const shown = limit === 0 ? left : left.slice(0, limit);
      return { files: shown.map((name) => ({ name }) as never), more: shown.length < left.length };
    },
    listKeeperFiles: async () => ({
      files: names.map((name) => ({ name }) as never),
      nextAfterFileId: 'next',
    }),
    async *verify(request) {
      calls.push(['verify', request]);
      yield {} as never;
    },
    async *fsck() {
      for (const name of names) yield { name } as never;
    },
  };
}

async function first<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
}

const a = (role: Role, name: string): Principal => ({
  clusterId: clusterId('a'.repeat(32)),
  role,
  name,
});
