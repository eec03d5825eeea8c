/**
 * Numbers what this start of a keeper reports, so that the master takes each report once.
 *
 * Calls run side by side and arrive in any order. What must not come late is given up: the calls
 * that failed, for they may still be on their way; those about a file of which something newer is
 * said; and all that was awaited when the keeper registered anew. The next stamp tells of them.
 */
import type { FileId } from '../../domain/ids.js';
import { reportsTrackedMax } from '../../domain/replay-window.js';

export class ReportNumbers {
  #last = 0;
  readonly #awaited = new Map<number, readonly FileId[]>();
  readonly #givenUp = new Set<number>();

  get givenUp(): readonly number[] {
    return [...this.#givenUp];
  }

  /** @param call is made at once, with a number of its own. */
  async send<Answer>(
    about: readonly FileId[],
    call: (report: number) => Promise<Answer>,
  ): Promise<Answer> {
    for (const [report, files] of this.#awaited)
      if (files.some((file) => about.includes(file))) this.#giveUp(report);
    this.#last += 1;
    const report = this.#last;
    this.#awaited.set(report, about);
    const told = this.givenUp;
    try {
      const answer = await call(report);
      for (const earlier of told) this.#givenUp.delete(earlier);
      return answer;
    } catch (error) {
      this.#giveUp(report);
      throw error;
    } finally {
      this.#awaited.delete(report);
    }
  }

  giveUpAwaited(): void {
    for (const report of this.#awaited.keys()) this.#giveUp(report);
  }

  /** Those older than the master's window need not be told of: it refuses them anyway. */
  #giveUp(report: number): void {
    this.#givenUp.add(report);
    for (const earlier of this.#givenUp)
      if (earlier <= this.#last - reportsTrackedMax) this.#givenUp.delete(earlier);
  }
}
