/**
 * Lets one story happen: warm up, faults, healing of a core, return of all the rest, and rest.
 *
 * Nothing outlives a run: two runs of one story have one history.
 */

import { allCheckers } from '../checkers/all-checkers.js';
import type { Checker } from '../checkers/checker.js';
import { SimCluster } from '../cluster/sim-cluster.js';
import { Stage } from '../cluster/stage.js';
import { Violation } from '../cluster/violation.js';
import type { TraceLine } from '../world/trace.js';
import { enterWorld, leaveWorld } from '../world/world.js';
import { Budget } from './budget.js';
import { Guard } from './guard.js';
import type { Arena } from './happening.js';
import { happenings } from './happenings.js';
import { heal, returnAll } from './healing.js';
import type { Step, Story } from './story.js';

export interface RunOptions {
  /** Keeps every log line among the lines of the story. */
  readonly isVerbose?: boolean;
}

export interface RunReport {
  readonly story: Story;
  readonly violation: Violation | undefined;
  readonly traceHash: string;
  readonly lines: readonly TraceLine[];
  readonly simulatedMs: number;
  readonly events: number;
  /** That masters waited for in vain. */
  readonly heartbeatsMissed: number;
  /** Names whose history was too hard to judge. */
  readonly tooHard: number;
  /** How often each kind happened, by `layer: kind`. */
  readonly happened: ReadonlyMap<string, number>;
  /** Operations by how they ended. */
  readonly outcomes: ReadonlyMap<string, number>;
}

const eventsMax = 2_000_000;
const tickMs = 250;
const warmUpMs = 60_000;

export async function runStory(story: Story, options: RunOptions = {}): Promise<RunReport> {
  const run = new StoryRun(story, options.isVerbose ?? false);
  const guard = Guard.set((error) => run.cluster.report('S50', describe(error)));
  enterWorld(run.stage);
  try {
    await run.play();
  } catch (error) {
    if (!(error instanceof Violation)) run.cluster.report('run', describe(error));
  } finally {
    leaveWorld();
    guard.lift();
  }
  return run.report();
}

class StoryRun {
  readonly stage: Stage;
  readonly cluster: SimCluster;
  readonly #story: Story;
  readonly #arena: Arena;
  readonly #checkers: readonly Checker[];
  readonly #happened = new Map<string, number>();

  constructor(story: Story, isVerbose: boolean) {
    this.#story = story;
    this.stage = new Stage({
      seed: story.seed,
      isVerbose,
      networkSlowness: story.shape.networkSlowness,
      eventsMax,
      onThrown: (process, error) =>
        this.cluster.report('S50', `${process?.name ?? 'the world'} threw ${describe(error)}`),
      observeThread: (traffic) => this.cluster.onThread(traffic),
      observeCall: (traffic) => {
        for (const checker of this.#checkers) checker.call?.(traffic);
      },
    });
    this.cluster = new SimCluster(this.stage, story.shape);
    this.#arena = { cluster: this.cluster, budget: new Budget(this.cluster, story.budget) };
    this.#checkers = allCheckers(this.cluster, story);
    this.cluster.watch(this.#checkers);
  }

  async play(): Promise<void> {
    const { cluster, stage } = this;
    cluster.start();
    this.#tick();
    await this.#until('setup', warmUpMs, () => isUp(cluster));
    const begunMs = stage.kernel.nowMs;
    stage.trace.tell('story', 'the cluster is up');
    for (const step of this.#story.steps)
      stage.kernel.after(step.atMs, 'story', () => this.#take(step));
    await this.#run(begunMs + this.#story.faultsMs);
    await heal(this.#arena, (name, limitMs, isMet) => this.#until(name, limitMs, isMet));
    await returnAll(this.#arena, (name, limitMs, isMet) => this.#until(name, limitMs, isMet));
    for (const checker of this.#checkers) checker.atRest?.();
    this.#throwIfBroken();
  }

  report(): RunReport {
    const { cluster, stage } = this;
    const outcomes = new Map<string, number>();
    for (const { call, outcome } of cluster.history.history)
      add(outcomes, `${call.type}: ${outcome.type === 'refused' ? outcome.code : outcome.type}`);
    return {
      story: this.#story,
      violation: cluster.violation,
      traceHash: stage.trace.hash,
      lines: stage.trace.lines,
      simulatedMs: stage.kernel.nowMs,
      events: stage.kernel.events,
      heartbeatsMissed: cluster.heartbeatsMissed.count,
      tooHard: cluster.tooHard,
      happened: this.#happened,
      outcomes,
    };
  }

  #take(step: Step): void {
    const happening = happenings.get(step.kind);
    if (happening === undefined) throw new Error(`nothing is known of a step ${step.kind}`);
    const told = happening.happen(step.params, this.#arena);
    if (told === undefined) return;
    add(this.#happened, `${happening.layer}: ${step.kind}`);
    this.stage.trace.tell(happening.layer, told);
  }

  #tick(): void {
    this.stage.kernel.after(tickMs, 'tick', () => {
      for (const checker of this.#checkers) checker.tick?.();
      this.#tick();
    });
  }

  async #run(untilMs: number): Promise<void> {
    await this.stage.kernel.run(untilMs, () => this.cluster.violation !== undefined);
    this.#throwIfBroken();
  }

  /** Fails with `name`, such as `L1`, when it has not come to that in time. */
  async #until(name: string, limitMs: number, isMet: () => string | true): Promise<void> {
    const { kernel } = this.stage;
    const endMs = kernel.nowMs + limitMs;
    for (let missing = isMet(); missing !== true; missing = isMet()) {
      if (kernel.nowMs >= endMs)
        this.cluster.report(name, `after ${limitMs / 1000} s still: ${missing}`);
      await this.#run(Math.min(endMs, kernel.nowMs + tickMs));
    }
  }

  #throwIfBroken(): void {
    if (this.cluster.violation !== undefined) throw this.cluster.violation;
  }
}

function isUp({ master, keepers }: SimCluster): string | true {
  const waiting = [master, ...keepers].filter((service) => !service.isReady);
  return waiting.length === 0 || `${waiting.map(({ name }) => name).join(', ')} not ready`;
}

const add = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1);

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
