import { describe, expect, it } from 'vitest';
import { createFileHandlers } from '../../../src/actors/master/file-handlers.js';
import { rpcLimits } from '../../../src/rpc/limits.js';
import { decodeClaims } from '../../../src/transfer/ticket-claims.js';
import { f1, fileIdOf, good, k1, k2, k3, uploadIdOf } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('locating a file', () => {
  it('gives a ticket for each readable replica, best first', async () => {
    const at = aWorldWithFile();
    at.world.keepers.judged(k1, 'suspect');
    at.world.keepers.judged(k3, 'lost');

    const { file, sources } = await createFileHandlers(at.world).locate({ name: 'a' });

    expect(file).toMatchObject({ name: 'a', fileId: f1, size: 10, digest: good, target: 3 });
    expect(sources.map(({ keeperId }) => keeperId)).toEqual(['k2', 'k1']);
    expect(decodeClaims(sources[0]?.ticket?.claims ?? Buffer.alloc(0))).toMatchObject({
      operation: 'get',
      keeper: k2,
      fileId: f1,
      size: 10,
      digest: good,
    });
  });

  it.each([
    ['nothing', 'not-found'],
    ['a//b', 'refused-input'],
  ])('refuses "%s" as %s', async (name, code) => {
    const { locate, stat } = createFileHandlers(aWorldWithFile().world);

    await expect(locate({ name })).rejects.toMatchObject({ code });
    await expect(stat({ name })).rejects.toMatchObject({ code });
  });
});

describe('asking for several files at once', () => {
  it('answers each by itself, in the order of the names', async () => {
    const { statMany } = createFileHandlers(aWorldWithFile().world);

    const { outcomes } = await statMany({ names: ['a//b', 'a', 'nothing'] });

    expect(outcomes).toMatchObject([
      { file: undefined, code: 'refused-input' },
      { file: { name: 'a', fileId: f1 }, code: '' },
      { file: undefined, code: 'not-found' },
    ]);
  });

  it('S47: is refused for more names than one question may have', async () => {
    const { statMany } = createFileHandlers(aWorldWithFile().world);
    const names = Array<string>(rpcLimits.statNamesMax + 1).fill('a');

    await expect(statMany({ names })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('listing files', () => {
  it('S47: never asks the table for what is longer than any name', async () => {
    const at = aWorldWithFile();
    const { list } = createFileHandlers(at.world);
    at.onAsk = (type) => {
      throw new Error(`asked to ${type}`);
    };

    for (const long of ['é'.repeat(513), '\u0300\u0316'.repeat(1024 ** 2)]) {
      expect(await list({ prefix: long, after: '', limit: 0 })).toEqual({ files: [], more: false });
      await expect(list({ prefix: '', after: long, limit: 0 })).rejects.toMatchObject({
        code: 'refused-input',
      });
    }
  });

  it('goes page by page in the order of names, each name once', async () => {
    const at = aWorldWithFile();
    const names = ['b', 'é', 'films/x', 'films/y'];
    for (const [index, name] of names.entries()) storeAnother(at, name, index + 2);
    const { list } = createFileHandlers(at.world);

    const found: string[] = [];
    let page = { prefix: '', after: '', limit: 2 };
    for (let more = true; more; page = { ...page, after: found.at(-1) ?? '' }) {
      const answer = await list(page);
      found.push(...answer.files.map(({ name }) => name));
      more = answer.more;
    }

    expect(found).toEqual(['a', 'b', 'films/x', 'films/y', 'é']);
  });

  it('finds a name however its accents were typed', async () => {
    const at = aWorldWithFile();
    storeAnother(at, 'é', 2);

    const { files } = await createFileHandlers(at.world).list({
      prefix: 'e\u0301',
      after: '',
      limit: 0,
    });

    expect(files.map(({ name }) => name)).toEqual(['é']);
  });
});

describe('the files of one keeper', () => {
  it('come page by page, each once', async () => {
    const at = aWorldWithFile();
    for (const number of [2, 3, 4]) storeAnother(at, `b${number}`, number);
    const { listKeeperFiles } = createFileHandlers(at.world);

    const found: string[] = [];
    let after = '';
    do {
      const asked = { keeperId: k1, afterFileId: after, limit: 2 };
      const page = await listKeeperFiles(asked);
      found.push(...page.files.map(({ name }) => name));
      expect(page.files.length).toBeLessThanOrEqual(2);
      after = page.nextAfterFileId;
    } while (after !== '');

    expect(found).toEqual(['a', 'b2', 'b3', 'b4']);
  });

  it.each([
    ['nobody', '', 'not-found'],
    ['k1', 'zz', 'usage'],
  ])('are refused for %s after "%s" as %s', async (keeperId, afterFileId, code) => {
    const { listKeeperFiles } = createFileHandlers(aWorldWithFile().world);

    await expect(listKeeperFiles({ keeperId, afterFileId, limit: 0 })).rejects.toMatchObject({
      code,
    });
  });
});

describe('removing a file', () => {
  it('orders its replicas off the keepers', async () => {
    const at = aWorldWithFile();

    await createFileHandlers(at.world).remove({ name: 'a' });
    await settled();

    await expect(createFileHandlers(at.world).stat({ name: 'a' })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect([k1, k2, k3].map((keeper) => at.orders(keeper))).toEqual(Array(3).fill([`drop ${f1}`]));
    expect(at.toLoop).toContainEqual({ type: 'file gone', fileId: f1 });
  });

  it('is refused in safe mode, and nothing is ordered', async () => {
    const at = aWorldWithFile();
    at.mode = 'safe mode';
    const { remove, rename, stat } = createFileHandlers(at.world);

    await expect(remove({ name: 'a' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(rename({ name: 'a', newName: 'b' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(stat({ name: 'a' })).resolves.toMatchObject({ file: { name: 'a' } });
    expect(at.orders(k1)).toEqual([]);
  });
});

describe('renaming a file', () => {
  it('leaves its bytes where they are', async () => {
    const at = aWorldWithFile();
    const { rename, stat } = createFileHandlers(at.world);

    await rename({ name: 'a', newName: 'films/a' });

    await expect(stat({ name: 'films/a' })).resolves.toMatchObject({ file: { fileId: f1 } });
    expect(at.orders(k1)).toEqual([]);
  });

  it.each([
    ['a', 'b', 'conflict'],
    ['c', 'd', 'not-found'],
    ['a', '/d', 'refused-input'],
  ])('refuses %s to %s as %s', async (name, newName, code) => {
    const at = aWorldWithFile();
    storeAnother(at, 'b', 2);

    const renamed = createFileHandlers(at.world).rename({ name, newName });

    await expect(renamed).rejects.toMatchObject({ code });
  });
});

function aWorldWithFile(): AWorld {
  const at = new AWorld();
  for (const keeper of [k1, k2, k3]) at.join(keeper);
  at.table.storeFile([k1, k2, k3]);
  return at;
}

function storeAnother({ table }: AWorld, name: string, number: number): void {
  const uploadId = uploadIdOf(number);
  table.reserve({ name, uploadId, newFileId: fileIdOf(number) });
  table.store({ uploadId, fileId: fileIdOf(number) });
  table.takeNotices();
}
