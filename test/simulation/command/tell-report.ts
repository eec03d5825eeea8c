/** A failing run as a story that a person can read. */
import type { PlainReport } from './plain-report.js';

const linesMax = 200;

export function tellReport({ story, violation, lines, traceHash }: PlainReport): string {
  const { shape } = story;
  const shown = lines.slice(-linesMax);
  return [
    violation === undefined
      ? 'Everything held.'
      : `${violation.invariant} is broken after ${seconds(violation.atMs)}: ${violation.detail}`,
    '',
    `  ${shape.keepers} keepers, ${shape.clients} clients, replicas ${shape.replicas}, acks ${shape.acks};`,
    `  suspect after ${shape.suspectAfterMs} ms, lost after ${shape.lostAfterMs} ms; ${story.budget} the fault budget`,
    '',
    ...(shown.length < lines.length ? [`  (${lines.length - shown.length} lines before)`] : []),
    ...shown.map(
      ({ atMs, who, text }) => `${seconds(atMs).padStart(12)}  ${who.padEnd(9)} ${text}`,
    ),
    '',
    `trace ${traceHash}`,
  ].join('\n');
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
