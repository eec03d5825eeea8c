import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filmPath, folderOf, parseHash, type Route, toHash } from '../../console/src/route.js';
import { seed } from '../seed.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const hostile = ['#', '?', '%', '%2F', 'a/b', '&after=', '../x', ' ', '+', '\u202e', '#/keepers'];

describe('the address of a page', () => {
  it('leads back to it, whatever a name is made of', () => {
    const names = fc.oneof(text, fc.constantFrom(...hostile));
    const after = fc.oneof(names, fc.constant(''));
    const match = fc.constantFrom('begins' as const, 'contains' as const);
    const routes = fc.oneof<fc.Arbitrary<Route>[]>(
      fc.constant({ page: 'overview' }),
      fc.constant({ page: 'keepers' }),
      fc.record({ page: fc.constant('file' as const), name: names }),
      fc.record({ page: fc.constant('keeper' as const), keeper: names, after }),
      fc.record({ page: fc.constant('files' as const), text: after, match, after }),
    );

    fc.assert(
      fc.property(routes, (route) => {
        // As the address bar gives it back.
        const { hash } = new URL(toHash(route), 'http://localhost/');

        expect(parseHash(hash)).toEqual(route);
      }),
      { seed },
    );
  });

  it.each(['#/nowhere', '#/file', '#/file/a/b', '#/file/%', '#/file/', '#/files/x'])(
    'is none for %s',
    (hash) => {
      expect(parseHash(hash)).toEqual({ page: 'unknown' });
    },
  );

  it('is the overview when there is none', () => {
    expect(parseHash('')).toEqual({ page: 'overview' });
  });
});

describe('the path of a film', () => {
  it('keeps its slashes, and nothing else that a path would read', () => {
    expect(filmPath('a b/#1?%20.mp4')).toBe('/files/a%20b/%231%3F%2520.mp4');
  });
});

describe('where uploads go', () => {
  it.each([
    ['films/', 'begins', 'films/'],
    ['films', 'begins', ''],
    ['films/', 'contains', ''],
  ] as const)('is, looking at "%s" (%s), "%s"', (looked, match, into) => {
    expect(folderOf({ text: looked, match, after: '' })).toBe(into);
  });
});
