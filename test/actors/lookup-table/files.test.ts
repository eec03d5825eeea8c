import { describe, expect, it } from 'vitest';
import { clusterId, wallMs } from '../../../src/domain/ids.js';
import {
  f1,
  f2,
  fileIdOf,
  k1,
  k2,
  k3,
  reservation,
  TableUnderTest,
  u2,
  uploadIdOf,
} from './table-under-test.js';

describe('remove file', () => {
  it('makes the deletion due on every keeper with a row, whatever the row says', () => {
    const table = stored([k1, k2]);
    const verification = { keeper: k2, incarnation: 1, fileId: f1, at: wallMs(8) };
    table.ask('record verified', { ...verification, outcome: 'quarantined' });
    table.takeNotices();

    table.ask('remove file', { name: 'a', at: wallMs(9) });

    expect(table.takeNotices()).toEqual([
      { type: 'file gone', fileId: f1 },
      { type: 'drop due', keeper: k1, fileId: f1 },
      { type: 'drop due', keeper: k2, fileId: f1 },
    ]);
    expect(table.ask('find file', { name: 'a' })).toBeNull();
    expect(table.ask('sum up', null)).toMatchObject({ files: 0, bytes: 0, deletionsDue: 2 });
  });

  it('keeps the tombstone until the last keeper has confirmed', () => {
    const table = stored([k1, k2]);
    table.ask('remove file', { name: 'a', at: wallMs(9) });

    table.ask('record dropped', {
      keeper: k1,
      incarnation: 1,
      fileIds: [f1],
      quarantinedOnly: false,
    });
    table.nowMs = 1e12;
    table.ask('tick', null);
    table.restart();
    expect(table.ask('drops due', { keeper: k2, limit: 10 }).fileIds).toEqual([f1]);

    table.ask('record dropped', {
      keeper: k2,
      incarnation: 1,
      fileIds: [f1],
      quarantinedOnly: false,
    });
    expect(table.ask('drops due', { keeper: k2, limit: 10 }).fileIds).toEqual([]);
    expect([...table.disk.rows.keys()].filter((key) => key.startsWith('t/'))).toEqual([]);
  });

  it('leaves no tombstone of a file that no keeper has', () => {
    const table = stored([k1]);
    const by = { keeper: k1, incarnation: 1, at: wallMs(8) };
    table.ask('record verified', { ...by, fileId: f1, outcome: 'absent' });
    expect(table.ask('find file', { name: 'a' })?.replicas).toEqual([]);

    table.ask('remove file', { name: 'a', at: wallMs(9) });

    expect(table.ask('sum up', null)).toMatchObject({ files: 0, deletionsDue: 0 });
  });

  it('refuses a name that is not there, or only reserved', () => {
    const table = stored([k1]);
    table.reserve({ uploadId: u2, newFileId: f2, name: 'b' });

    expect(table.refusal('remove file', { name: 'b', at: wallMs(9) })).toBe('not-found');
  });
});

describe('rename file', () => {
  it('moves the name and nothing else, and remembers what manifests say', () => {
    const table = stored([k1]);
    const before = table.ask('find file', { name: 'a' });

    for (const [name, newName] of [
      ['a', 'x'],
      ['x', 'b'],
    ] as const)
      table.ask('rename file', { name, newName });

    expect(table.ask('find file', { name: 'a' })).toBeNull();
    expect(table.ask('find file', { name: 'b' })).toEqual({ ...before, name: 'b', storedAs: 'a' });
  });

  it.each([
    ['a', 'taken', 'conflict'],
    ['a', 'reserved', 'conflict'],
    ['a', 'a', 'accepted'],
    ['nothing', 'b', 'not-found'],
  ])('from %s to %s is %s', (name, newName, expected) => {
    const table = stored([k1]);
    table.reserve({ uploadId: u2, newFileId: f2, name: 'taken' });
    table.store({ uploadId: u2, fileId: f2 });
    table.reserve({ uploadId: uploadIdOf(3), newFileId: fileIdOf(3), name: 'reserved' });

    expect(table.refusal('rename file', { name, newName })).toBe(expected);
  });
});

describe('list files', () => {
  it('pages through names in the order of their UTF-8 bytes', () => {
    const table = named(['b', 'a', 'é', 'z', '\u{1f3ac}', '\uffee', 'a/b', 'ab']);

    const first = table.ask('list files', { prefix: '', after: '', limit: 5 });
    const second = table.ask('list files', { prefix: '', after: 'z', limit: 5 });

    expect(first.files.map((file) => file.name)).toEqual(['a', 'a/b', 'ab', 'b', 'z']);
    expect(first.more).toBe(true);
    expect(second.files.map((file) => file.name)).toEqual(['é', '\uffee', '\u{1f3ac}']);
    expect(second.more).toBe(false);
  });

  it('keeps to a prefix, wherever it is asked to go on from', () => {
    const table = named(['films/a', 'films/b', 'films0', 'film']);
    const list = (after: string) =>
      table
        .ask('list files', { prefix: 'films/', after, limit: 10 })
        .files.map((file) => file.name);

    expect(list('')).toEqual(['films/a', 'films/b']);
    expect(list('films/a')).toEqual(['films/b']);
    expect(list('a')).toEqual(['films/a', 'films/b']);
    expect(list('z')).toEqual([]);
  });

  it('keeps its longest names apart', () => {
    const long = '\u{1f3ac}'.repeat(255);
    const table = named([`${long}aaaa`, `${long}aaab`]);

    expect(table.ask('find file', { name: `${long}aaab` })?.fileId).toBe(f2);
  });
});

describe('survey files', () => {
  it('pages through the files of one keeper, or of all, by file id', () => {
    const table = stored([k1]);
    table.reserve({ uploadId: u2, newFileId: f2, name: 'b', keeper: k2 });
    table.store({ uploadId: u2, fileId: f2, keeper: k2 });

    const all = table.ask('survey files', { limit: 1 });
    const rest = table.ask('survey files', { limit: 2, after: f1 });
    const ofK2 = table.ask('survey files', { keeper: k2, limit: 10 });

    expect(
      [all, rest, ofK2].map((page) => [page.files.map((file) => file.fileId), page.next]),
    ).toEqual([
      [[f1], f1],
      [[f2], undefined],
      [[f2], undefined],
    ]);
  });
});

describe('begin term', () => {
  it('tells the last terms that the table was in, with the commit at which each began', () => {
    const table = new TableUnderTest({ termsKeptMax: 2 });

    for (const termId of ['a', 'b']) table.ask('begin term', { termId, rebuilt: false });
    table.admit(k1);

    expect(table.ask('begin term', { termId: 'c', rebuilt: false })).toEqual([
      { termId: 'b', beganAt: 1 },
      { termId: 'c', beganAt: 3 },
    ]);
  });
});

describe('admit keeper', () => {
  it.each([
    ['of a later start', { incarnation: 4 }, 4],
    ['of this cluster', { incarnation: 4, clusterId: clusterId('c'.repeat(32)) }, 4],
    ['of another start with the same number, as of an older disk put back,', { incarnation: 3 }, 4],
    ['of an earlier start', { incarnation: 1 }, 4],
  ])('%s is taken in at its own number, or at one that no start has had', (_, change, expected) => {
    const table = new TableUnderTest();
    table.admit(k1, 3);

    expect(table.ask('admit keeper', { ...elsewhere, ...change })).toEqual({
      incarnation: expected,
      toBeTakenIn: false,
    });

    expect(table.ask('list keepers', null)).toMatchObject([
      { keeper: k1, incarnation: expected, address: 'elsewhere:7001', registeredAt: 1 },
    ]);
  });

  it.each([
    ['of another cluster', { clusterId: clusterId('d'.repeat(32)) }, 'not-allowed'],
    ['of a copied directory whose original is heard', { isHeard: true }, 'unavailable'],
  ])('%s is refused, and changes nothing', (_, change, code) => {
    const table = new TableUnderTest();
    table.admit(k1, 3);
    const { commit } = table.disk;

    expect(table.refusal('admit keeper', { ...elsewhere, ...change })).toBe(code);

    expect(table.disk.commit).toBe(commit);
  });

  it('of a start that has seen a later table counts as another one: its inventory decides', () => {
    const table = new TableUnderTest();
    table.admit(k1, 3);

    const again = { ...elsewhere, startId: 'start 3', address: 'k1:7001', isDoubted: true };

    expect(table.ask('admit keeper', again)).toEqual({ incarnation: 4, toBeTakenIn: false });
  });

  it('of a start that was given a later number answers it again', () => {
    const table = new TableUnderTest();
    table.admit(k1, 3);
    table.ask('admit keeper', elsewhere);

    const again = table.ask('admit keeper', { ...elsewhere, isHeard: true });

    expect(again).toEqual({ incarnation: 4, toBeTakenIn: false });
  });

  it('of the same start at the same address changes nothing', () => {
    const table = new TableUnderTest();
    table.admit(k1, 3);
    const { commit } = table.disk;

    table.admit(k1, 3);

    expect(table.disk.commit).toBe(commit);
  });

  it('refuses every report of a keeper that was never admitted', () => {
    const table = stored([k1]);
    const stranger = 'k9' as typeof k1;

    expect(
      table.refusal('record dropped', {
        keeper: stranger,
        incarnation: 1,
        fileIds: [f1],
        quarantinedOnly: false,
      }),
    ).toBe('not-found');
  });
});

const elsewhere = {
  keeper: k1,
  incarnation: 3,
  startId: 'another',
  address: 'elsewhere:7001',
  seen: { highestEpoch: 0, highestCommit: 0, terms: [] },
  isDoubted: false,
  isHeard: false,
  at: wallMs(2),
};

describe('sum up', () => {
  it('names the cluster, the epoch and the last durable commit', () => {
    const table = stored([k1]);
    table.restart();

    expect(table.ask('sum up', null)).toEqual({
      clusterId: 'c'.repeat(32),
      epoch: 2,
      commit: table.disk.commit,
      files: 1,
      bytes: reservation.size,
      uploadsInProgress: 0,
      deletionsDue: 0,
    });
  });
});

function stored(keepers: readonly (typeof k1)[]): TableUnderTest {
  const table = new TableUnderTest();
  for (const keeper of [k1, k2, k3]) table.admit(keeper);
  table.storeFile(keepers);
  return table;
}

/** A file of each name; the first has the first file id. */
function named(names: readonly string[]): TableUnderTest {
  const table = new TableUnderTest();
  table.admit(k1);
  for (const [index, name] of names.entries()) {
    const upload = { uploadId: uploadIdOf(index + 1), name };
    table.reserve({ ...upload, newFileId: fileIdOf(index + 1) });
    table.store({ uploadId: upload.uploadId, fileId: fileIdOf(index + 1) });
  }
  return table;
}
