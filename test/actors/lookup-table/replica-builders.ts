/** A table with one file, and what is done to its replicas. */
import { expect } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import type { TableLimits } from '../../../src/domain/table-limits.js';
import { f1, k1, k2, k3, k4, TableUnderTest } from './table-under-test.js';

export function stored(
  keepers: readonly (typeof k1)[],
  limits: Partial<TableLimits> = {},
): TableUnderTest {
  const table = new TableUnderTest(limits);
  for (const keeper of [k1, k2, k3, k4]) table.admit(keeper);
  table.storeFile(keepers);
  return table;
}

export function verified(
  table: TableUnderTest,
  keeper: typeof k1,
  outcome: 'sound' | 'quarantined' | 'absent' | 'unreadable',
  atMs = 50,
): void {
  table.ask('record verified', { keeper, incarnation: 1, fileId: f1, outcome, at: wallMs(atMs) });
}

/** Sound on three keepers, on the third beside bad bytes. */
export function beside(): TableUnderTest {
  const table = stored([k1, k2, k3]);
  verified(table, k3, 'quarantined');
  table.copyTo(k3);
  expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1, aside']);
  return table;
}

export function dropped(table: TableUnderTest, keeper: typeof k1, quarantinedOnly = false) {
  const by = { keeper, incarnation: 1 };
  return table.ask('record dropped', { ...by, fileIds: [f1], quarantinedOnly });
}

export function dropAside(table: TableUnderTest, keeper: typeof k1, others = [k1, k2, k3]) {
  const staying = others.map((other) => ({ keeper: other, incarnation: 1 }));
  const what = { fileId: f1, keeper, incarnation: 1, quarantinedOnly: true };
  return table.ask('agree to drop', { ...what, staying });
}

export function drop(table: TableUnderTest, keeper = k4, others = [k1, k2, k3]) {
  const staying = others.map((other) => ({ keeper: other, incarnation: 1 }));
  return table.ask('agree to drop', {
    fileId: f1,
    keeper,
    incarnation: 1,
    staying,
    quarantinedOnly: false,
  });
}
