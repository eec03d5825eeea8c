import { describe, expect, it } from 'vitest';
import { keeperId } from '../../src/domain/ids.js';
import { chooseKeeper } from '../../src/domain/placement.js';
import { gib, viewOf, viewsOf } from './replication-builders.js';

const nobody = new Set<ReturnType<typeof keeperId>>();

describe('chooseKeeper', () => {
  it('takes the least loaded keeper', () => {
    const views = viewsOf(viewOf('a', { transfers: 2 }), viewOf('b', { transfers: 1 }));

    expect(chooseKeeper(views, { size: 1, excluded: nobody })).toEqual({ ok: true, keeper: 'b' });
  });

  it('takes the one with most room among equally loaded ones, then the first by name', () => {
    const views = viewsOf(
      viewOf('c', { freeBytes: 2 * gib }),
      viewOf('b', { freeBytes: 3 * gib }),
      viewOf('a', { freeBytes: 3 * gib }),
    );

    expect(chooseKeeper(views, { size: 1, excluded: nobody })).toEqual({ ok: true, keeper: 'a' });
  });

  it('counts what was promised to a keeper and is not in its heartbeats yet', () => {
    const views = viewsOf(viewOf('a'), viewOf('b', { transfers: 1 }));
    const promised = (keeper: string) =>
      keeper === 'a' ? { transfers: 2, bytes: 0 } : { transfers: 0, bytes: 0 };

    const choice = chooseKeeper(views, { size: 1, excluded: nobody, promised });

    expect(choice).toEqual({ ok: true, keeper: 'b' });
  });

  it.each(['joining', 'suspect', 'lost', 'draining', 'retired'] as const)(
    'never takes a keeper that is %s',
    (state) => {
      const choice = chooseKeeper(viewsOf(viewOf('a', { state })), { size: 1, excluded: nobody });

      expect(choice).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    },
  );

  it('says unavailable when every living keeper was excluded', () => {
    const excluded = new Set([keeperId('a')]);

    expect(chooseKeeper(viewsOf(viewOf('a')), { size: 1, excluded })).toMatchObject({
      ok: false,
      error: { code: 'unavailable', detail: 'no other keeper is alive: try again when one is' },
    });
  });

  it('says no-space when no keeper has room beside what was promised', () => {
    const promised = () => ({ transfers: 1, bytes: gib });
    const views = viewsOf(viewOf('a', { freeBytes: 2 * gib }));

    expect(chooseKeeper(views, { size: gib, excluded: nobody, promised })).toMatchObject({
      ok: false,
      error: { code: 'no-space' },
    });
  });

  it('places nothing on a disk that is suspect', () => {
    const views = viewsOf(viewOf('a', { diskSuspect: true }), viewOf('b', { transfers: 9 }));

    expect(chooseKeeper(views, { size: 1, excluded: nobody })).toEqual({ ok: true, keeper: 'b' });
  });
});
