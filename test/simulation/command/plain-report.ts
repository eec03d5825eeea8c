/** How a run went, as data that crosses processes. */
import type { RunReport } from '../story/run-story.js';
import type { Story } from '../story/story.js';
import type { TraceLine } from '../world/trace.js';

export interface PlainReport {
  readonly story: Story;
  readonly violation?: {
    readonly invariant: string;
    readonly detail: string;
    readonly atMs: number;
  };
  readonly traceHash: string;
  readonly simulatedMs: number;
  /** Of the real clock; 0 when nobody looked at it. */
  readonly realMs: number;
  readonly events: number;
  readonly heartbeatsMissed: number;
  readonly tooHard: number;
  readonly happened: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of the story as it happened; only when it failed or was to be verbose. */
  readonly lines: readonly TraceLine[];
}

export function toPlainReport(report: RunReport, isVerbose: boolean): PlainReport {
  const { violation, lines, happened, outcomes, ...plain } = report;
  return {
    ...plain,
    realMs: 0,
    happened: Object.fromEntries(happened),
    outcomes: Object.fromEntries(outcomes),
    lines: violation !== undefined || isVerbose ? lines : [],
    ...(violation === undefined
      ? {}
      : {
          violation: {
            invariant: violation.invariant,
            detail: violation.message,
            atMs: violation.atMs,
          },
        }),
  };
}
