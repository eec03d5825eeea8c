/** How long somebody has said nothing although something waits for him. */
export class Silence {
  #sinceMs: number | undefined;

  /** Something waits now, and nothing did before. */
  begin(): void {
    this.#sinceMs = performance.now();
  }

  /** @param waiting what still waits */
  broken(waiting: number): void {
    this.#sinceMs = waiting === 0 ? undefined : performance.now();
  }

  get ms(): number {
    return this.#sinceMs === undefined ? 0 : performance.now() - this.#sinceMs;
  }
}
