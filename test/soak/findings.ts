/** What a soak found broken. The first finding ends it, so that what led there is still to be seen. */

export interface Finding {
  /** The invariant's name, as the list of them has it. */
  readonly rule: string;
  readonly detail: string;
}

export class Findings {
  readonly #found: Finding[] = [];
  readonly #stop = new AbortController();

  /** Aborted by the first finding, or by whoever asks for the end. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  get all(): readonly Finding[] {
    return this.#found;
  }

  report(rule: string, detail: string): void {
    this.#found.push({ rule, detail });
    this.#stop.abort();
  }

  stop(): void {
    this.#stop.abort();
  }
}
