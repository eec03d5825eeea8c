/** What can happen to a table, one command each; every choice is a small number or a name. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { keeperId, wallMs } from '../../../src/domain/ids.js';
import { CrashInCommit } from '../../simulation/memory-table-store.js';
import type { TableModel } from './table-model.js';
import { fileIdOf, uploadIdOf } from './table-under-test.js';

interface TableCommand {
  readonly story: string;
  run(model: TableModel): void;
}

const keeper = fc.constantFrom(...['k1', 'k2', 'k3', 'k4'].map(keeperId));
const name = fc.constantFrom('a', 'b', 'é');
const upload = fc.integer({ min: 1, max: 6 });

const begin = fc
  .tuple(upload, name, fc.boolean(), fc.integer({ min: 1, max: 2 }), keeper)
  .map(([number, name, replace, acks, keeper]) =>
    command(`begin ${number} as ${name}, replace ${replace}, acks ${acks}, on ${keeper}`, (model) =>
      model.begin(number, name, replace, acks, keeper),
    ),
  );

const receive = fc
  .tuple(
    upload,
    keeper,
    fc.constantFrom('arrives' as const, 'arrives' as const, 'is lost' as const),
  )
  .map(([number, keeper, report]) =>
    command(`${keeper} stores upload ${number}, its report ${report}`, (model) =>
      model.receive(number, keeper, report),
    ),
  );

const copy = fc
  .tuple(upload, keeper)
  .map(([number, keeper]) =>
    command(`${keeper} copies the file of upload ${number}`, (model) => model.copy(number, keeper)),
  );

const putEverywhere = fc.tuple(upload, name).map(([number, name]) =>
  command(`put ${number} as ${name} on every keeper, replacing`, (model) => {
    model.begin(number, name, true, 1, keeperId('k1'));
    model.receive(number, keeperId('k1'), 'arrives');
    for (const keeper of model.keepers.keys()) model.copy(number, keeper);
  }),
);

const remove = name.map((name) => command(`remove ${name}`, (model) => model.remove(name)));

const rename = fc
  .tuple(name, name)
  .map(([name, to]) => command(`rename ${name} to ${to}`, (model) => model.rename(name, to)));

const restartKeeper = fc
  .tuple(keeper, fc.boolean(), fc.boolean())
  .map(([keeper, reports, collect]) =>
    command(`${keeper} starts again, reports ${reports}, collect ${collect}`, (model) => {
      model.restartKeeper(keeper);
      if (reports) model.reportInventory(keeper, collect);
    }),
  );

const confirmDrops = keeper.map((keeper) =>
  command(`${keeper} confirms its drops`, (model) => model.confirmDrops(keeper)),
);

const rot = fc
  .tuple(keeper, upload)
  .map(([keeper, number]) =>
    command(`${keeper} finds file ${number} rotten or absent`, (model) =>
      model.rot(keeper, fileIdOf(number)),
    ),
  );

const reportLate = fc.tuple(keeper, upload).map(([keeper, number]) =>
  command(`a report of an older start of ${keeper} arrives`, (model) => {
    const stamp = { keeper, incarnation: model.incarnationOf(keeper) - 1 };
    const before = model.table.disk.commit;
    const dropped = { ...stamp, fileIds: [fileIdOf(number)], quarantinedOnly: false };
    const page = { ...stamp, entries: [], collect: true, at: wallMs(2) };
    expect(model.table.refusal('record dropped', dropped)).toBe('stale');
    expect(model.table.refusal('take inventory', page)).toBe('stale');
    expect(model.table.refusal('close inventory', { ...stamp, takenIn: false })).toBe('stale');
    expect(model.table.disk.commit).toBe(before);
  }),
);

/** S27: agreed to only while the target of others are sound and of their keepers' present starts. */
const drop = fc.tuple(keeper, upload, fc.boolean()).map(([keeper, number, carriedOut]) =>
  command(`drop file ${number} from ${keeper}, carried out ${carriedOut}`, (model) => {
    const fileId = fileIdOf(number);
    const file = model.table.ask('find file', { fileId });
    const isLive = (row: { keeper: typeof keeper; incarnation: number; standing: string }) =>
      row.standing === 'sound' && row.incarnation === model.incarnationOf(row.keeper);
    const live = (file?.replicas ?? []).filter((row) => row.keeper !== keeper && isLive(row));
    const staying = (file?.replicas ?? []).filter((row) => row.keeper !== keeper);
    const incarnation = model.incarnationOf(keeper);
    const drop = { fileId, keeper, incarnation, quarantinedOnly: false };
    const verdict = model.table.ask('agree to drop', { ...drop, staying });
    if (!verdict.agreed) return;
    expect(live.length).toBeGreaterThanOrEqual(file?.target ?? Number.POSITIVE_INFINITY);
    if (carriedOut) model.drop(keeper, fileId);
  }),
);

/** S7, S27: bad bytes go as late as that, and a sound replica beside them stays. */
const dropAside = fc.tuple(keeper, upload).map(([keeper, number]) =>
  command(`drop what ${keeper} set aside of file ${number}`, (model) => {
    const fileId = fileIdOf(number);
    const file = model.table.ask('find file', { fileId });
    const live = (file?.replicas ?? []).filter(
      (row) => row.standing === 'sound' && row.incarnation === model.incarnationOf(row.keeper),
    );
    const sound = (file?.replicas ?? []).filter((row) => row.standing === 'sound');
    const incarnation = model.incarnationOf(keeper);
    const drop = { fileId, keeper, incarnation, quarantinedOnly: true };
    const { agreed } = model.table.ask('agree to drop', { ...drop, staying: live });
    if (!agreed) return;
    expect(live.length).toBeGreaterThanOrEqual(file?.target ?? Number.POSITIVE_INFINITY);
    model.dropAside(keeper, fileId);
    const after = model.table.ask('find file', { fileId });
    expect(after?.replicas.filter((row) => row.standing === 'sound')).toHaveLength(sound.length);
    expect(after?.replicas.find((row) => row.keeper === keeper)?.aside).toBeUndefined();
  }),
);

const abandon = upload.map((number) =>
  command(`abandon upload ${number}`, (model) => {
    const error = { code: 'unavailable', detail: 'gave up' } as const;
    model.table.ask('abandon upload', { uploadId: uploadIdOf(number), error });
  }),
);

const tick = fc.integer({ min: 1, max: 40_000 }).map((ms) =>
  command(`${ms} ms pass`, (model) => {
    model.table.nowMs += ms;
    model.table.ask('tick', null);
  }),
);

const restartMaster = fc.constant(
  command('the master starts again', (model) => model.table.restart()),
);

/** The outcome is unknown to everybody; the table must be whole either way. */
const crashMaster = fc
  .tuple(name, fc.constantFrom('before' as const, 'after' as const))
  .map(([name, when]) =>
    command(`the master crashes ${when} the commit of removing ${name}`, (model) => {
      const file = model.names.get(name);
      if (file === undefined) return;
      const row = model.table.ask('find file', { fileId: file.fileId });
      const { commit } = model.table.disk;
      expect(() => model.table.crashIn('remove file', { name, at: wallMs(2) }, when)).toThrow(
        CrashInCommit,
      );
      expect(model.table.disk.commit).toBe(when === 'after' ? commit + 1 : commit);
      if (when === 'before') return;
      model.names.delete(name);
      model.owed.set(file.fileId, new Set(row?.replicas.map((replica) => replica.keeper)));
    }),
  );

export const tableCommands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: begin },
    { weight: 8, arbitrary: receive },
    { weight: 4, arbitrary: copy },
    { weight: 4, arbitrary: putEverywhere },
    { weight: 2, arbitrary: remove },
    { weight: 3, arbitrary: rename },
    { weight: 3, arbitrary: restartKeeper },
    { weight: 2, arbitrary: confirmDrops },
    { weight: 3, arbitrary: rot },
    { weight: 1, arbitrary: reportLate },
    { weight: 6, arbitrary: drop },
    { weight: 3, arbitrary: dropAside },
    { weight: 1, arbitrary: abandon },
    { weight: 2, arbitrary: tick },
    { weight: 1, arbitrary: restartMaster },
    { weight: 1, arbitrary: crashMaster },
  ),
  { maxLength: 60, size: 'max' },
);

function command(story: string, run: (model: TableModel) => void): TableCommand {
  return { story, run, ...{ toString: () => story } };
}
