import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/actors/client/cluster.js';
import { apiLimits } from '../../../src/actors/gateway/api-limits.js';
import { createNameSearch, type NameSearch } from '../../../src/actors/gateway/name-search.js';

const all: NameSearch = { prefix: '', contains: '', after: '', limit: 100 };

describe('a search for what names contain', () => {
  it('finds each file once, in as many answers as that takes', async () => {
    const names = numbered(2_500);
    const search = createNameSearch(aListing(names));
    const found: string[] = [];

    let after: string | undefined = '';
    while (after !== undefined) {
      const page = await search({ ...all, contains: '7', after, limit: 40 });
      expect(page.files.length).toBeLessThanOrEqual(40);
      found.push(...page.files.map(({ name }) => name));
      after = page.next;
    }

    expect(found).toEqual(names.filter((name) => name.includes('7')));
  });

  it('does not care how a text is written', async () => {
    const search = createNameSearch(aListing(['a/Café.mp4', 'b/cafe.mp4']));

    const { files } = await search({ ...all, contains: 'CAFE\u0301' });

    expect(files.map(({ name }) => name)).toEqual(['a/Café.mp4']);
  });

  it('looks at a bounded number of names for one answer, and says where it stopped', async () => {
    const names = numbered(apiLimits.searchNamesMax + 1_500);
    const search = createNameSearch(aListing(names), () => 0);

    const first = await search({ ...all, contains: 'nowhere' });
    const second = await search({ ...all, contains: 'nowhere', after: first.next ?? '' });

    expect([first.scanned, first.next]).toEqual([
      apiLimits.searchNamesMax,
      names[apiLimits.searchNamesMax - 1],
    ]);
    expect(second).toEqual({ files: [], scanned: 1_500 });
  });

  it('answers in time though the master is slow', async () => {
    let nowMs = 0;
    const slow = aListing(numbered(10_000), () => {
      nowMs += apiLimits.searchMs / 2;
    });

    const page = await createNameSearch(slow, () => nowMs)({ ...all, contains: 'nowhere' });

    expect(page.scanned).toBe(2_000);
  });

  it('ends without a next page when the last file of all fills this one', async () => {
    const search = createNameSearch(aListing(['a', 'b', 'ab']));

    expect(await search({ ...all, contains: 'a', limit: 2 })).toMatchObject({ next: 'ab' });
    expect(await search({ ...all, contains: 'b', limit: 2 })).not.toHaveProperty('next');
  });

  it('is refused while too many wait', async () => {
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const stuck: Pick<Cluster, 'listPage'> = {
      listPage: () => gate.then(() => ({ files: [] })),
    };
    const search = createNameSearch(stuck);
    const { searchesMax, searchesWaitingMax } = apiLimits;
    const under = Array.from({ length: searchesMax + searchesWaitingMax }, () => search(all));
    await Promise.resolve();

    expect(() => search(all)).toThrowError(/too many/);
    goOn();

    await expect(Promise.all(under)).resolves.toHaveLength(searchesMax + searchesWaitingMax);
  });
});

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `film-${String(at).padStart(6, '0')}.mp4`);

function aListing(
  names: readonly string[],
  onPage: () => void = () => undefined,
): Pick<Cluster, 'listPage'> {
  const sorted = names.toSorted();
  return {
    async listPage({ prefix, after, limit }) {
      onPage();
      const left = sorted.filter((name) => name.startsWith(prefix) && name > after);
      const files = left.slice(0, limit).map((name) => ({ name }) as never);
      const next = left.length > limit ? left[limit - 1] : undefined;
      return { files, ...(next !== undefined && { next }) };
    },
  };
}
