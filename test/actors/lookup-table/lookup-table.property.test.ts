import fc from 'fast-check';
import { describe, it } from 'vitest';
import { seed } from '../../seed.js';
import {
  checkAcksS2,
  checkIndexesAgreeS10,
  checkNamesS16,
  checkNoResurrectionS35,
  checkRetriesS17,
  checkTombstonesS38,
} from './table-checkers.js';
import { tableCommands } from './table-commands.js';
import { TableModel } from './table-model.js';

describe(`lookup table (seed ${seed})`, () => {
  it('keeps what it was told through crashes, old reports, races for names and returning keepers', () => {
    fc.assert(
      fc.property(tableCommands, (commands) => {
        const model = new TableModel();
        for (const command of commands) {
          command.run(model);
          checkStep(model);
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});

function checkStep(model: TableModel): void {
  const notices = model.table.takeNotices();
  checkAcksS2(model, notices);
  for (const notice of notices) {
    const upload =
      notice.type === 'upload progressed' && notice.acked && model.uploads.get(notice.uploadId);
    if (upload) upload.acked = true;
  }
  checkIndexesAgreeS10(model.table.disk);
  checkNamesS16(model);
  checkRetriesS17(model);
  checkNoResurrectionS35(model);
  checkTombstonesS38(model);
}
