/**
 * What happened, as a hash that two runs of one seed share, and as the lines that a person reads.
 *
 * The hash covers every event with its time and process, every log line, and every line told. It
 * is two words of murmur3's mixing: no proof against malice, plenty against chance.
 */
import { hashText, mix } from './chance.js';

export interface TraceLine {
  readonly atMs: number;
  /** Who did it, or `world`. */
  readonly who: string;
  readonly text: string;
}

export class Trace {
  readonly #nowMs: () => number;
  readonly #isVerbose: boolean;
  readonly lines: TraceLine[] = [];
  #one = 0x9747b28c;
  #other = 0x3c6ef372;

  /** @param isVerbose keeps what is only noted, too: for one run that a person looks at. */
  constructor(nowMs: () => number, isVerbose: boolean) {
    this.#nowMs = nowMs;
    this.#isVerbose = isVerbose;
  }

  get isVerbose(): boolean {
    return this.#isVerbose;
  }

  get hash(): string {
    return hex(this.#one) + hex(this.#other);
  }

  /** A line of the story. */
  tell(who: string, text: string): void {
    this.#add(`${who} ${text}`);
    this.lines.push({ atMs: this.#nowMs(), who, text });
  }

  /** Something too small for the story. */
  note(who: string, text: string): void {
    this.#add(`${who} ${text}`);
    if (this.#isVerbose) this.lines.push({ atMs: this.#nowMs(), who, text });
  }

  /** An event of the kernel: too many for a line. */
  count(pid: number, label: string): void {
    this.#mix(hashText(label) ^ pid);
  }

  #add(text: string): void {
    this.#mix(hashText(text));
  }

  #mix(word: number): void {
    const time = Math.round(this.#nowMs() * 1000);
    this.#one = mix(this.#one, word ^ (time >>> 0));
    this.#other = mix(this.#other ^ word, time % 0xfffffffb);
  }
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');
