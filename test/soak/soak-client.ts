/**
 * One client of a soak: does its errands one after another, each in a process of its own, and writes
 * what it was told into the history. It may be killed in the midst of one.
 */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProgramRun } from '../../src/cli/local/run-program.js';
import { ClientInBackground } from '../processes/client-in-background.js';
import { sha256 } from '../processes/films.js';
import type { Outcome } from '../simulation/history/operations.js';
import type { HistoryRecorder } from '../simulation/history/recorder.js';
import type { Contents } from './contents.js';
import type { Findings } from './findings.js';
import { argsOf, callOf, defects, filesIn, refusalOf, type ShownFile } from './outcomes.js';
import type { Errand, Task } from './plan.js';
import type { SoakCluster } from './soak-cluster.js';

export interface SoakStage {
  readonly cluster: SoakCluster;
  readonly contents: Contents;
  readonly history: HistoryRecorder;
  readonly findings: Findings;
}

/** L2: long enough for every patience of a client, one after the other, on a machine with much to do. */
const endsWithinMs = 300_000;
/** A client gives up a transfer without progress: `--timeout`. */
const patience = '15s';

export class SoakClient {
  readonly name: string;
  readonly #stage: SoakStage;
  #killAfterMs: number | undefined;

  constructor(name: string, stage: SoakStage) {
    this.name = name;
    this.#stage = stage;
  }

  /** Until it is told to begin nothing more. */
  async work(errands: Iterable<Errand>, until: AbortSignal): Promise<void> {
    for (const { pauseMs, task } of errands) {
      // Cut short at the end.
      await delay(pauseMs, undefined, { signal: until }).catch(() => undefined);
      if (until.aborted) return;
      await this.perform(task);
    }
  }

  /** The next process that lives so long does not live on. */
  killSoon(afterMs: number): void {
    this.#killAfterMs = afterMs;
  }

  async perform(task: Task): Promise<Outcome> {
    const { contents, history } = this.#stage;
    // A download finds what was left of one that was killed.
    const local = join(this.#stage.cluster.dir, `${this.name}-${task.type}.mp4`);
    if (task.type === 'put') await contents.make(local, task.bytes, task.tint);
    const id = history.invoke({ client: this.name, ...callOf(task) }, performance.now());
    const run = await this.#run(argsOf(task, local));
    const returnedAt = performance.now();
    const outcome = await this.#read(task, run, local);
    if (run !== 'killed') history.settle(id, outcome, returnedAt);
    await rm(local, { force: true });
    return outcome;
  }

  async #run(args: readonly string[]): Promise<ProgramRun | 'killed'> {
    const { cluster, findings } = this.#stage;
    const global = ['--json', '--timeout', patience];
    const child = new ClientInBackground(cluster.masterAddress, [...global, ...args]);
    let killed = false;
    const kill = (): void => {
      killed = true;
      this.#killAfterMs = undefined;
      void child.kill();
    };
    const assassin =
      this.#killAfterMs === undefined ? undefined : setTimeout(kill, this.#killAfterMs);
    const warden = setTimeout(() => {
      findings.report(
        'L2',
        `${this.name}: ${args.join(' ')} did not end in ${endsWithinMs / 1000} s`,
      );
      kill();
    }, endsWithinMs);
    const run = await child.ended;
    clearTimeout(assassin);
    clearTimeout(warden);
    return killed ? 'killed' : run;
  }

  async #read(task: Task, run: ProgramRun | 'killed', local: string): Promise<Outcome> {
    if (run === 'killed') {
      if (task.type === 'get' && (await isThere(local))) await this.#filmAt(local);
      return { type: 'unknown' };
    }
    if (run.code !== 0) return await this.#readRefusal(task, run, local);
    switch (task.type) {
      case 'get':
        return { type: 'saw', content: await this.#readFilm(task.name, run, local) };
      case 'stat':
        return { type: 'saw', content: this.#tagOf(filesIn(run.stdout)[0]) };
      case 'list':
        return {
          type: 'listed',
          files: filesIn(run.stdout).map((file) => ({
            name: file.name,
            content: this.#tagOf(file),
          })),
        };
      default:
        return { type: 'done' };
    }
  }

  async #readRefusal(task: Task, run: ProgramRun, local: string): Promise<Outcome> {
    const { findings } = this.#stage;
    const code = refusalOf(run);
    const told = `${this.name}: ${argsOf(task, local).join(' ')} ended with ${run.code}: ${run.stderr}`;
    if (defects.has(code)) findings.report('S50', told);
    if (task.type === 'get' && (await isThere(local)))
      findings.report('S14', `${told} and left a file`);
    return { type: 'refused', code };
  }

  /** S3: what was fetched is all of one film, and the one that the client says it is. */
  async #readFilm(name: string, run: ProgramRun, local: string): Promise<string> {
    const told = this.#tagOf(filesIn(run.stdout)[0]);
    const found = await this.#filmAt(local);
    if (found !== told)
      this.#stage.findings.report('S3', `${this.name}: get ${name} brought ${found}, not ${told}`);
    return found;
  }

  /** S3, S14: what stands under the name is the whole of one film. */
  async #filmAt(path: string): Promise<string> {
    const content = this.#stage.contents.withSha256(await sha256(path));
    if (content === undefined)
      this.#stage.findings.report('S3', `${path} has the bytes of no film`);
    return content?.tag ?? '?';
  }

  #tagOf(file: ShownFile | undefined): string {
    const content = file && this.#stage.contents.withDigest(file.digest);
    if (content === undefined)
      this.#stage.findings.report('S12', `${this.name} was shown no film: ${JSON.stringify(file)}`);
    return content?.tag ?? '?';
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
