/** What a reader of the tests would ask for, on the terminal: figures, and why a test was left out. */
export function tell(figure: string): void {
  process.stdout.write(`    ${figure}\n`);
}

/** @param missing what the test needs and is not here; nothing when undefined */
export function skipWithout(missing: string | undefined, skip: (why: string) => void): void {
  if (missing === undefined) return;
  tell(`skipped: ${missing}`);
  skip(missing);
}
