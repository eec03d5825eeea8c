/** Lets so many in at a time; the others wait their turn, first come first served. */
export interface Turnstile {
  /** Resolves when there is room; call what it gives exactly once, when done. */
  enter(): Promise<() => void>;
  /** How many are in, and how many wait. */
  readonly load: { readonly inside: number; readonly waiting: number };
}

export function createTurnstile(insideMax: number): Turnstile {
  let inside = 0;
  const waiting: (() => void)[] = [];

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) inside -= 1;
    else next();
  }

  return {
    async enter() {
      if (inside < insideMax) inside += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return leave;
    },
    get load() {
      return { inside, waiting: waiting.length };
    },
  };
}
