/** Rows of text under one another; colours take no room. */
import { stripVTControlCharacters } from 'node:util';

/** The last column is not padded, so no line ends in blanks. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, visibleLength(cell));
    });
  return rows.map((row) =>
    row
      .map((cell, at) =>
        at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - visibleLength(cell)),
      )
      .join('  '),
  );
}

/** Keeps table data in its row whatever characters a name has been given. */
const visibleLength = (text: string): number => [...stripVTControlCharacters(text)].length;
