/** Lets the planned strikes happen at their times, and undoes each when its time is over or peace comes. */
import { setTimeout as delay } from 'node:timers/promises';
import { faults } from './faults/all-faults.js';
import type { Arena } from './faults/fault.js';
import type { Findings } from './findings.js';
import type { Strike } from './plan.js';

export interface TroubleOptions {
  readonly arena: Arena;
  readonly findings: Findings;
  readonly strikes: readonly Strike[];
  /** Aborted when it is over. */
  readonly peace: AbortSignal;
  /** @param struck undefined when there was nobody whom it might strike */
  readonly onStrike: (strike: Strike, struck: string | undefined) => void;
}

/** Ends when everything has been undone. */
export async function makeTrouble(options: TroubleOptions): Promise<void> {
  const beganMs = performance.now();
  const lasting: Promise<void>[] = [];
  for (const strike of options.strikes) {
    await pause(beganMs + strike.atMs - performance.now(), options.peace);
    if (options.peace.aborted) break;
    lasting.push((await strikeOnce(strike, options)).over);
  }
  await Promise.all(lasting);
}

/** Answers when it has struck. `over` settles when it has been undone. */
async function strikeOnce(
  strike: Strike,
  options: TroubleOptions,
): Promise<{ readonly over: Promise<void> }> {
  const fault = faults.find(({ kind }) => kind === strike.kind);
  const struck = await fault?.strike(strike, options.arena);
  options.onStrike(strike, struck?.told);
  return { over: undo(strike, struck?.heal, options) };
}

async function undo(
  { forMs, kind }: Strike,
  heal: (() => Promise<void>) | undefined,
  { peace, findings }: TroubleOptions,
): Promise<void> {
  if (heal === undefined) return;
  await pause(forMs, peace);
  try {
    await heal();
  } catch (error) {
    findings.report(
      'L8',
      `after "${kind}": ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Cut short by peace. */
async function pause(ms: number, peace: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal: peace }).catch(() => undefined);
}
