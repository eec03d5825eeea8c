/**
 * Keeps one thread actor running: starts it, starts it again by the policy, gives up past it.
 *
 *   running --ended--> starting --online--> running
 *                          +----past the policy----> given up
 *
 * A thread started again knows nothing; `onRestarted` is where its owner feeds it anew.
 */
import { type Millis, millis } from '../../domain/ids.js';
import { judgeExit, type RestartPolicy } from './restart-policy.js';
import type { ThreadActor } from './thread-client.js';

export interface SupervisorOptions<Message, Effect> {
  readonly policy: RestartPolicy;
  /** Starts one thread, which tells `onExit` when it has ended. */
  startThread(onExit: (reason: string) => void): Promise<ThreadActor<Message, Effect>>;
  /** A new thread runs and takes messages; `reason` is why the one before it ended. */
  onRestarted(reason: string): void;
  /** Called at most once; no thread runs any more. */
  onGiveUp(reason: string): void;
}

export class Supervisor<Message, Effect> {
  readonly #options: SupervisorOptions<Message, Effect>;
  #thread: ThreadActor<Message, Effect> | undefined;
  #restarts: readonly Millis[] = [];
  #restarting: Promise<void> = Promise.resolve();
  #restartCount = 0;
  #stopped = false;

  /** Rejects when the first thread cannot be started: no policy helps against that. */
  static async start<Message, Effect>(
    options: SupervisorOptions<Message, Effect>,
  ): Promise<Supervisor<Message, Effect>> {
    const supervisor = new Supervisor(options);
    await supervisor.#startThread();
    return supervisor;
  }

  private constructor(options: SupervisorOptions<Message, Effect>) {
    this.#options = options;
  }

  /** `refused`: no thread runs now; what the owner feeds in `onRestarted` makes up for it. */
  post(message: Message): 'posted' | 'refused' {
    return this.#thread?.post(message) ?? 'refused';
  }

  get mailboxLength(): number {
    return this.#thread?.mailboxLength ?? 0;
  }

  /** How long it has said nothing while something waits. */
  get silentMs(): number {
    return this.#thread?.silentMs ?? 0;
  }

  /** Times that it was started again. */
  get restartCount(): number {
    return this.#restartCount;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#restarting;
    await this.#thread?.stop();
  }

  async #startThread(): Promise<void> {
    let ended = false;
    const thread = await this.#options.startThread((reason) => {
      ended = true;
      this.#onExit(reason);
    });
    if (!ended) this.#thread = thread;
  }

  #onExit(reason: string): void {
    this.#thread = undefined;
    if (this.#stopped) return;
    const judged = judgeExit(this.#restarts, millis(performance.now()), this.#options.policy);
    if (judged.verdict === 'give up') {
      this.#stopped = true;
      this.#options.onGiveUp(reason);
      return;
    }
    this.#restarts = judged.restarts;
    this.#restarting = this.#restart(reason);
  }

  async #restart(reason: string): Promise<void> {
    try {
      await this.#startThread();
    } catch (error) {
      // A thread that cannot start counts as one that ended.
      this.#onExit(`it could not start: ${error instanceof Error ? error.message : error}`);
      return;
    }
    if (this.#stopped || this.#thread === undefined) return;
    this.#restartCount += 1;
    this.#options.onRestarted(reason);
  }
}
