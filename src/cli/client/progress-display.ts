/** Shows on stderr how transfers go: a bar that redraws itself, or a line every ten seconds. */
import type { TransferProgress } from '../../actors/client/cluster.js';
import { barLine, plainLine } from './progress-line.js';
import { TransferMeter } from './transfer-meter.js';
import type { TextStream } from './world.js';

/** Looked at more often than a line is written, because a rate is measured over the last seconds. */
const progressLimits = { redrawEveryMs: 100, lookEveryMs: 1000, lineEveryMs: 10_000 } as const;

const clearLine = '\r\u001b[2K';

export class ProgressDisplay {
  readonly #stderr: TextStream;
  readonly #quiet: boolean;
  #meter: TransferMeter | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lineDueMs = 0;

  constructor(stderr: TextStream, quiet: boolean) {
    this.#stderr = stderr;
    this.#quiet = quiet;
  }

  start(filesTotal: number): void {
    this.#meter = new TransferMeter(filesTotal);
    if (this.#quiet) return;
    const everyMs = this.#isBar ? progressLimits.redrawEveryMs : progressLimits.lookEveryMs;
    this.#lineDueMs = performance.now() + progressLimits.lineEveryMs;
    this.#timer = setInterval(() => this.#draw(), everyMs);
  }

  report(name: string, progress: TransferProgress): void {
    this.#meter?.report(name, progress);
  }

  finishFile(): void {
    this.#meter?.finish();
  }

  /** A message of its own, above the bar. */
  say(text: string): void {
    if (this.#timer !== undefined && this.#isBar) this.#stderr.write(clearLine);
    this.#stderr.write(`${text}\n`);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#isBar) this.#stderr.write(clearLine);
  }

  get #isBar(): boolean {
    return this.#stderr.isTTY === true;
  }

  #draw(): void {
    const nowMs = performance.now();
    const picture = this.#meter?.picture(nowMs);
    if (picture === undefined) return;
    if (this.#isBar) {
      this.#stderr.write(clearLine + barLine(picture, this.#stderr.columns ?? 80));
    } else if (nowMs >= this.#lineDueMs) {
      this.#lineDueMs += progressLimits.lineEveryMs;
      this.#stderr.write(`${plainLine(picture)}\n`);
    }
  }
}
