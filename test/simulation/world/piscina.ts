/**
 * Twin of `piscina`: runs the production tasks, so many at a time, each after a while and in one
 * instant of it.
 *
 * What a film holds is not looked into: one in a simulation is built as an mp4 is, around noise.
 *
 * Memory that is lent to a task is looked at when the task runs, not when it is asked for, so
 * whoever uses it again too early is found out.
 */
import { EventEmitter } from 'node:events';
import { beginReplica } from '../../../src/storage/pool/begin-replica.js';
import { checkStructure } from '../../../src/storage/pool/check-structure.js';
import { hashAndWrite } from '../../../src/storage/pool/hash-and-write.js';
import { hashChunks } from '../../../src/storage/pool/hash-chunks.js';
import { openReplica } from '../../../src/storage/pool/open-replica.js';
import { publishReplica } from '../../../src/storage/pool/publish-replica.js';
import { readAndHash } from '../../../src/storage/pool/read-and-hash.js';
import type { FilmInput, InspectOutput } from '../../../src/storage/pool/task-messages.js';
import { writeNewFile } from '../../../src/storage/pool/write-new-file.js';
import type { SimProcess } from './sim-process.js';
import { TrapError, theWorld, thisProcess } from './world.js';

interface PiscinaOptions {
  readonly filename: string;
  readonly maxThreads: number;
}

interface RunOptions {
  readonly name: string;
  readonly signal?: AbortSignal | null;
}

interface Job {
  readonly input: unknown;
  readonly name: string;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

const taskMs = { min: 0.05, max: 2 };

export class Piscina extends EventEmitter {
  readonly #process: SimProcess;
  readonly #threadsMax: number;
  readonly #waiting: Job[] = [];
  readonly #running = new Set<Job>();
  #life: 'running' | 'ended' = 'running';

  constructor({ filename, maxThreads }: PiscinaOptions) {
    super();
    if (filename !== '#pool/tasks') throw new TrapError(`no pool is known as ${filename}`);
    this.#process = thisProcess('a pool');
    this.#threadsMax = maxThreads;
  }

  run(input: unknown, { name, signal }: RunOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const job: Job = { input, name, resolve, reject };
      signal?.addEventListener('abort', () => this.#abort(job), { once: true });
      this.#waiting.push(job);
      this.#startNext();
    });
  }

  destroy(): Promise<void> {
    this.#life = 'ended';
    for (const job of [...this.#running, ...this.#waiting])
      job.reject(new Error('Terminating worker thread'));
    this.#running.clear();
    this.#waiting.length = 0;
    return Promise.resolve();
  }

  #abort(job: Job): void {
    this.#running.delete(job);
    const error = new Error('The task has been aborted');
    error.name = 'AbortError';
    job.reject(error);
    this.#startNext();
  }

  #startNext(): void {
    if (this.#running.size >= this.#threadsMax) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running.add(job);
    const { chance, machine } = this.#process;
    const delayMs = chance.spread(taskMs.min, taskMs.max) * machine.disk.faults.slowness;
    this.#attempt(job, delayMs);
  }

  /** A disk that is stuck keeps the thread that asked it. */
  #attempt(job: Job, delayMs: number): void {
    theWorld().kernel.afterIn(this.#process, delayMs, 'pool', () => {
      if (this.#life === 'ended' || !this.#running.has(job)) return;
      if (this.#process.machine.disk.faults.stuck) {
        this.#attempt(job, stuckAgainMs);
        return;
      }
      this.#running.delete(job);
      try {
        job.resolve(runTask(job));
      } catch (error) {
        job.reject(error);
      }
      this.#startNext();
    });
  }
}

/** How often a stuck disk is looked at again. */
const stuckAgainMs = 50;

function runTask({ name, input }: Job): unknown {
  const task: unknown = Reflect.get(tasks, name);
  if (typeof task !== 'function') throw new TrapError(`no task is known as ${name}`);
  return task(input);
}

const tasks = {
  beginReplica,
  checkStructure,
  hashAndWrite,
  hashChunks,
  inspect,
  openReplica,
  publishReplica,
  readAndHash,
  writeNewFile,
};

function inspect(input: FilmInput): InspectOutput {
  const checked = checkStructure(input);
  if (!checked.ok) return checked;
  const { verdict } = checked;
  if (!verdict.ok) return { ok: false, failure: 'structure', reason: verdict.reason };
  const { faststart } = verdict;
  const reason = 'there is nothing but noise in it';
  return { ok: true, facts: { kind: 'unreadable', faststart, reason } };
}
