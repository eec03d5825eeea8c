/** Files that are looked at again now and then, so that a change is taken without a restart. */
import { ReelkeepError } from '../domain/errors.js';
import { credentialLimits } from './limits.js';

export interface Watched<Version> {
  /** @throws ReelkeepError why what is there now cannot be read */
  read(): Promise<Version>;
  isInUse(version: Version): boolean;
  /** @throws ReelkeepError why it is not taken */
  take(version: Version): void;
  /** Called once, not at every look, for as long as the reason is the same and nothing good comes between. */
  refuse(reason: ReelkeepError): void;
}

export class WatchedFiles<Version> {
  readonly #watched: Watched<Version>;
  readonly #looking: NodeJS.Timeout;
  #refusedFor: string | undefined;
  #isLooking = false;

  constructor(watched: Watched<Version>, reloadEveryMs: number = credentialLimits.reloadEveryMs) {
    this.#watched = watched;
    this.#looking = setInterval(() => void this.#look(), reloadEveryMs).unref();
  }

  close(): void {
    clearInterval(this.#looking);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const version = await this.#watched.read();
      if (!this.#watched.isInUse(version)) this.#watched.take(version);
      this.#refusedFor = undefined;
    } catch (error) {
      if (!(error instanceof ReelkeepError)) throw error;
      if (this.#refusedFor !== error.detail) this.#watched.refuse(error);
      this.#refusedFor = error.detail;
    } finally {
      this.#isLooking = false;
    }
  }
}
