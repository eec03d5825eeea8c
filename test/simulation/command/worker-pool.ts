/** So many processes in which runs happen, each one after the other. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Story } from '../story/story.js';
import type { PlainReport } from './plain-report.js';
import type { ToWorker } from './worker-messages.js';

interface Waiting {
  readonly asked: ToWorker;
  resolve(report: PlainReport): void;
  reject(error: Error): void;
}

export class WorkerPool {
  readonly #file: string;
  readonly #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();
  readonly #waiting: Waiting[] = [];

  /** @param file the bundle of `worker.ts`. */
  constructor(file: string, size: number) {
    this.#file = file;
    for (let at = 0; at < size; at += 1) this.#idle.push(this.#start());
  }

  get size(): number {
    return this.#all.size;
  }

  /** Rejects when the process in which it happens ends. */
  run(asked: ToWorker): Promise<PlainReport> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, resolve, reject });
      this.#next();
    });
  }

  play(story: Story): Promise<PlainReport> {
    return this.run({ type: 'play', story, isVerbose: false });
  }

  /** Each process ends by itself, after the run that is under way in it. */
  close(): void {
    for (const child of this.#all) if (child.connected) child.disconnect();
    this.#all.clear();
  }

  #start(): ChildProcess {
    const child = fork(this.#file, {
      execArgv: ['--enable-source-maps'],
      serialization: 'advanced',
    });
    this.#all.add(child);
    return child;
  }

  #next(): void {
    const child = this.#idle.pop();
    if (child === undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#idle.push(child);
      return;
    }
    const onMessage = (report: PlainReport): void => {
      child.off('exit', onExit);
      this.#idle.push(child);
      next.resolve(report);
      this.#next();
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      this.#all.delete(child);
      this.#idle.push(this.#start());
      next.reject(new Error(`the process of a run ended with code ${code}`));
      this.#next();
    };
    child.once('message', onMessage).once('exit', onExit);
    child.send(next.asked);
  }
}
