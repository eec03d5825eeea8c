/** Catches for the time of a run what nobody handled: S50 says that there is no such thing. */
import process from 'node:process';

export class Guard {
  readonly #onError: (error: unknown) => void;

  static set(onError: (error: unknown) => void): Guard {
    const guard = new Guard(onError);
    process.on('unhandledRejection', guard.#onError);
    process.on('uncaughtException', guard.#onError);
    return guard;
  }

  private constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  lift(): void {
    process.off('unhandledRejection', this.#onError);
    process.off('uncaughtException', this.#onError);
  }
}
