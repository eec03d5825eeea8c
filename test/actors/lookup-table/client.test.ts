import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LookupTable } from '../../../src/actors/lookup-table/client.js';
import type { TableNotice } from '../../../src/actors/lookup-table/messages.js';
import type { ReelkeepError } from '../../../src/domain/errors.js';
import { wallMs } from '../../../src/domain/ids.js';
import { defaultTableLimits, type TableLimits } from '../../../src/domain/table-limits.js';
import type { SnapshotPolicy } from '../../../src/domain/table-snapshot.js';
import type { TableOpening } from '../../../src/storage/table-opening.js';
import { f1, fileIdOf, k1, report, reservation, types, uploadIdOf } from './table-under-test.js';

let dataDir: string;
const open: LookupTable[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reelkeep-table-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((table) => table.stop()));
  await rm(dataDir, { recursive: true });
});

describe('the lookup table in its thread', () => {
  it('answers, then tells, and keeps it all over a restart in a new epoch', async () => {
    const heard: string[] = [];
    const table = await start({ onNotices: (notices) => heard.push(...types(notices)) });
    await table.ask('admit keeper', admission);
    const reserved = table.ask('reserve upload', reservation);
    const stored = table.ask('record stored', report).then((verdict) => {
      heard.push('answered');
      return verdict;
    });
    expect(await reserved).toMatchObject({ fileId: f1, committed: false });
    expect(await stored).toEqual({ accepted: true });
    const file = await table.ask('find file', { name: 'a' });
    expect(heard).toEqual(['answered', 'file changed', 'upload progressed']);
    const before = table.identity;
    await table.stop();

    const again = await start();

    expect(await again.ask('find file', { name: 'a' })).toEqual(file);
    expect(again.identity).toEqual({ ...before, epoch: before.epoch + 1 });
  });

  it('rejects a refusal with its code', async () => {
    const table = await start();

    const removal = table.ask('remove file', { name: 'nothing', at: wallMs(1) });

    await expect(removal).rejects.toMatchObject({ name: 'ReelkeepError', code: 'not-found' });
  });

  it('commits requests that arrive together in few batches', async () => {
    const table = await start();

    await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        table.ask('reserve upload', {
          ...reservation,
          uploadId: uploadIdOf(index),
          newFileId: fileIdOf(index),
          name: `n${index}`,
        }),
      ),
    );

    const { uploadsInProgress, commit } = await table.ask('sum up', null);
    expect(uploadsInProgress).toBe(64);
    expect(commit).toBeLessThan(10);
  });

  it('refuses requests past the limit and answers those before it', async () => {
    const table = await start({ limits: { pendingRequestsMax: 2 } });

    const asked = [1, 2, 3].map(() => table.ask('list keepers', null));

    await expect(asked[2]).rejects.toMatchObject({ code: 'unavailable' });
    expect(await Promise.all(asked.slice(0, 2))).toEqual([[], []]);
  });

  it('answers what was asked before a stop and refuses what comes after', async () => {
    const table = await start();

    const before = table.ask('admit keeper', admission);
    const stopped = table.stop();
    const after = table.ask('list keepers', null);

    await expect(after).rejects.toMatchObject({ code: 'unavailable' });
    expect(await before).toEqual({ incarnation: 1, toBeTakenIn: false });
    await stopped;
  });

  it('shows its name to the operating system', async () => {
    await start();

    const threads = await readdir('/proc/self/task');
    const names = await Promise.all(
      threads.map((thread) => readFile(`/proc/self/task/${thread}/comm`, 'utf8')),
    );

    expect(names).toContain('lookup-table\n');
  });
});

describe('a lookup table that cannot go on', () => {
  it('rejects its start with the reason', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'conflict' });

    const strange = join(dataDir, 'strange');
    await writeFile(strange, '');
    await expect(start({ dataDir: strange })).rejects.toMatchObject({ code: 'usage' });
  });

  it('tells once why its thread ended and rejects every request that waits', async () => {
    const exits: ReelkeepError[] = [];
    const table = await start({ onExit: (error) => exits.push(error) });
    const broken = { ...report, fileId: null } as never;
    await table.ask('admit keeper', admission);

    const asked = [
      table.ask('take inventory', {
        keeper: k1,
        incarnation: 1,
        entries: broken,
        collect: false,
        at: wallMs(1),
      }),
      table.ask('list keepers', null),
    ];

    for (const request of asked)
      await expect(request).rejects.toMatchObject({ code: 'unknown-outcome' });
    await table.stop();
    expect(exits).toMatchObject([{ code: 'internal' }]);
    await expect(table.ask('list keepers', null)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a lookup table that was opened unread', () => {
  it('tells when it has been read, and is opened unread again after that', async () => {
    const snapshots = { everyMs: 86_400_000, kept: 8 };
    const opening = { readLaterAboveBytes: 0 };
    const first = await start({ snapshots, opening });
    await first.ask('admit keeper', admission);
    await first.stop();
    const told: boolean[] = [];
    let read = (): void => undefined;
    const isRead = new Promise<void>((resolve) => {
      read = resolve;
    });
    const second = await start({ snapshots, opening, onRead: () => read() });
    told.push(first.isUnread, second.isUnread);

    await isRead;
    told.push(second.isUnread);
    await second.stop();
    told.push((await start({ snapshots, opening })).isUnread);

    expect(told).toEqual([false, true, false, true]);
  });

  it('S11: ends when it turns out to be damaged, and is read first after that', async () => {
    const snapshots = { everyMs: 86_400_000, kept: 8 };
    const opening = { readLaterAboveBytes: 0 };
    const before = await start({ snapshots, opening });
    await before.ask('admit keeper', admission);
    await before.stop();
    await rotInSilence();
    const exit = new Promise<ReelkeepError>((onExit) => start({ snapshots, opening, onExit }));

    expect(await exit).toMatchObject({
      code: 'integrity',
      detail: expect.stringContaining('came out damaged'),
    });
    await expect(start({ snapshots, opening })).rejects.toMatchObject({ code: 'integrity' });
  });
});

/** The row of the keeper changes where it stands, and nothing tells that the file was touched. */
async function rotInSilence(): Promise<void> {
  const [table, mark] = [join(dataDir, 'table.mdb'), join(dataDir, 'cluster.json')];
  const bytes = await readFile(table);
  const rotten = Buffer.from(bytes.toString('latin1').replaceAll('k1:7001', 'k1:7002'), 'latin1');
  await writeFile(table, rotten);
  const { closed, ...rest } = JSON.parse(await readFile(mark, 'utf8'));
  const changedNs = `${(await stat(table, { bigint: true })).ctimeNs}`;
  await writeFile(mark, JSON.stringify({ ...rest, closed: { ...closed, changedNs } }));
}

const admission = {
  keeper: k1,
  incarnation: 1,
  startId: 'a',
  address: 'k1:7001',
  seen: { highestEpoch: 0, highestCommit: 0, terms: [] },
  isDoubted: false,
  isHeard: false,
  at: wallMs(1),
};

interface Setup {
  readonly dataDir?: string;
  readonly limits?: Partial<TableLimits>;
  readonly snapshots?: SnapshotPolicy;
  readonly opening?: TableOpening;
  readonly onNotices?: (notices: readonly TableNotice[]) => void;
  readonly onExit?: (error: ReelkeepError) => void;
  readonly onRead?: () => void;
}

async function start(setup: Setup = {}): Promise<LookupTable> {
  const table = await LookupTable.start({
    dataDir: setup.dataDir ?? dataDir,
    limits: { ...defaultTableLimits, ...setup.limits },
    snapshots: setup.snapshots ?? { everyMs: 'off', kept: 1 },
    opening: setup.opening ?? {},
    onNotices: setup.onNotices ?? (() => undefined),
    onRead: setup.onRead ?? (() => undefined),
    onExit: setup.onExit ?? ((error) => expect.unreachable(error.detail)),
  });
  open.push(table);
  return table;
}
