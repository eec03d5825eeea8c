/** Operations for people: one line each, in the order of their beginning, above the time they took. */
import type { Operation, Outcome } from './operations.js';
import type { SpanOf } from './real-time.js';

/** @param accused is marked */
export function drawTimeline(
  operations: readonly Operation[],
  spanOf: SpanOf,
  accused: Operation,
): string {
  const inOrder = [...operations].sort((a, b) => spanOf(a).invoked - spanOf(b).invoked);
  const rows = inOrder.map((one) => [
    `${round(one.invokedAt)} .. ${one.returnedAt === undefined ? 'never' : round(one.returnedAt)}`,
    `#${one.id} ${one.client}`,
    tellCall(one),
    tellOutcome(one.outcome),
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row, at) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `${inOrder[at] === accused ? '  > ' : '    '}${cells.join('  ').trimEnd()}`;
  });
  return ['    (ms)', ...lines].join('\n');
}

export function tellCall({ name, call }: Operation): string {
  switch (call.type) {
    case 'put': {
      const upload = call.uploadId === undefined ? '' : ` as upload ${call.uploadId}`;
      return `put ${call.content} to "${name}"${call.replace ? ', replacing' : ''}${upload}`;
    }
    case 'rename':
      return `rename "${name}" to "${call.to}"`;
    case 'list':
      return `list "${call.prefix}"`;
    default:
      return `${call.type} "${name}"`;
  }
}

export function tellOutcome(outcome: Outcome): string {
  switch (outcome.type) {
    case 'saw':
      return `saw ${outcome.content}`;
    case 'refused':
      return `refused: ${outcome.code}`;
    case 'listed':
      return `listed ${outcome.files.map(({ name, content }) => `${name}=${content}`).join(' ')}`;
    default:
      return outcome.type;
  }
}

const round = (ms: number): string => `${Math.round(ms * 1000) / 1000}`;
