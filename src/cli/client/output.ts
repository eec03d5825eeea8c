/** Data on stdout: waits while nobody reads, and ends quietly when the reader has gone. */
import type { Writable } from 'node:stream';

/** The reader of stdout has gone (`| head`): there is nothing more to do. */
class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

export class Output {
  readonly #stream: Writable;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = isGone(error) ? new ReaderGone('the reader has gone') : error;
    });
  }

  /** @throws ReaderGone, or why stdout cannot be written */
  async line(text: string): Promise<void> {
    this.#check();
    if (!this.#stream.write(`${text}\n`)) await this.#taken();
    this.#check();
  }

  json(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value));
  }

  /** Resolves when everything has left this process. */
  async flush(): Promise<void> {
    if (this.#stream.writableLength > 0) await this.#taken();
    this.#check();
  }

  /** Settles when what was written before has been taken, or never will be. */
  #taken(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.write('', () => resolve());
    });
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

export const isGone = (error: unknown): boolean =>
  error instanceof ReaderGone ||
  (error instanceof Error && 'code' in error && error.code === 'EPIPE');
