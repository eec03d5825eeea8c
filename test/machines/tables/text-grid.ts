/**
 * Reads tables that are written as text, for people first.
 *
 *   state   | runs | stop
 *   opening | open | stopping
 *   stopped | over
 *
 * The first line of a grid names its columns, the first cell of a line its row. A row with one
 * cell only has it in every column. A table too wide for the page goes on, after an empty line,
 * in a further grid with the same rows and other columns.
 */
import assert from 'node:assert/strict';

/** Row, then column, to cell. */
export type Grid = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function parseGrid(text: string): Grid {
  const rows: Record<string, Record<string, string>> = {};
  for (const block of text.trim().split(/\n\s*\n/)) {
    const [head = [], ...lines] = block.split('\n').map(cellsOf);
    for (const [label = '', ...cells] of lines) {
      const row = rows[label] ?? {};
      rows[label] = row;
      fill(row, label, head.slice(1), cells);
    }
  }
  return rows;
}

function fill(
  row: Record<string, string>,
  label: string,
  columns: readonly string[],
  cells: readonly string[],
): void {
  const isOneForAll = cells.length === 1;
  assert(
    isOneForAll || cells.length === columns.length,
    `row "${label}" has ${cells.length} cells for ${columns.length} columns`,
  );
  for (const [index, column] of columns.entries()) {
    assert(!(column in row), `cell "${label}" × "${column}" is written twice`);
    row[column] = cells[isOneForAll ? 0 : index] ?? '';
  }
}

export function renderGrid(grid: Grid): string {
  const columns = [...new Set(Object.values(grid).flatMap((row) => Object.keys(row)))];
  const lines = Object.entries(grid).map(([label, row]) => [
    label,
    ...columns.map((column) => row[column] ?? '?'),
  ]);
  return [['state', ...columns], ...lines].map((cells) => cells.join(' | ')).join('\n');
}

const cellsOf = (line: string): string[] => line.split('|').map((cell) => cell.trim());

/** The same with every short name of a long cell replaced. */
export function spellOut(grid: Grid, words: Readonly<Record<string, string>>): Grid {
  const spell = (cell: string): string => words[cell] ?? cell;
  const rows = Object.entries(grid).map(([row, cells]) => [
    row,
    Object.fromEntries(Object.entries(cells).map(([column, cell]) => [column, spell(cell)])),
  ]);
  return Object.fromEntries(rows);
}
