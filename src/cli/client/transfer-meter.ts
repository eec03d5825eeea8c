/** Adds up the transfers under way and how fast they move; told the time, so that it can be tested. */
import type { TransferProgress } from '../../actors/client/cluster.js';
import type { TransferPicture } from './progress-line.js';

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

const rateWindowMs = 5000;

export class TransferMeter {
  readonly #filesTotal: number;
  readonly #progress = new Map<string, TransferProgress>();
  #filesDone = 0;
  #samples: readonly Sample[] = [];

  constructor(filesTotal: number) {
    this.#filesTotal = filesTotal;
  }

  report(name: string, progress: TransferProgress): void {
    this.#progress.set(name, progress);
  }

  finish(): void {
    this.#filesDone += 1;
  }

  /** What to show now; absent before anything has begun. */
  picture(nowMs: number): TransferPicture | undefined {
    const all = [...this.#progress];
    const [only] = all;
    if (only === undefined) return undefined;
    const bytes = sum(all.map(([, progress]) => progress.bytes));
    const size = sum(all.map(([, progress]) => progress.size));
    const rate = this.#rate({ atMs: nowMs, bytes });
    if (this.#filesTotal > 1)
      return { label: `${this.#filesDone} of ${this.#filesTotal} files`, bytes, size, rate };
    return { ...only[1], label: only[0], bytes, size, rate };
  }

  #rate(sample: Sample): number {
    // A transfer that began anew counts from where it is.
    const kept = this.#samples.filter(
      ({ atMs, bytes }) => atMs > sample.atMs - rateWindowMs && bytes <= sample.bytes,
    );
    this.#samples = [...kept, sample];
    const first = this.#samples[0] ?? sample;
    const spanMs = sample.atMs - first.atMs;
    return spanMs > 0 ? ((sample.bytes - first.bytes) / spanMs) * 1000 : 0;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
