/** An invariant was seen broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** As docs/simulation.md numbers them, such as `S27`. */
  readonly invariant: string;
  readonly atMs: number;

  constructor(invariant: string, detail: string, atMs: number) {
    super(detail);
    this.invariant = invariant;
    this.atMs = atMs;
  }
}
