/**
 * Looks for orders of the steps that the reference model agrees with, going through time.
 *
 * After Wing & Gong (1993) with Lowe's just-in-time linearization (2017): invocations open steps; a
 * return is passed by those orders in which the step has happened, and only for its sake others are
 * put before it. What is memorised is in `frontier.ts`. A read that fits is taken at once, which
 * closes no way. All orders are kept, not one, so that what the store may hold in the end is known.
 */
import { Frontier, type Reached } from './frontier.js';
import { apply, emptyStore, type Store } from './reference-model.js';
import type { Step } from './steps.js';

export type Found =
  | { readonly type: 'found'; readonly finals: ReadonlyMap<string, ReadonlySet<string | null>> }
  /** `held` is what each of its names may have held when `step` returned. */
  | {
      readonly type: 'none';
      readonly step: Step;
      readonly held: ReadonlyMap<string, ReadonlySet<string | null>>;
    }
  | { readonly type: 'too hard' };

/** @param movesMax tries of a step at a place, over all orders */
export const search = (steps: readonly Step[], movesMax: number): Found =>
  new Search(steps, movesMax).run();

type Goal = (reached: Reached) => boolean;

class Search {
  readonly #steps: readonly Step[];
  readonly #bits: ReadonlyMap<Step, bigint>;
  readonly #spare: bigint;
  readonly #twins: ReadonlyMap<Step, Step>;
  readonly #names: readonly string[];
  readonly #open = new Set<Step>();
  readonly #past = new Set<Step>();
  #reached: readonly Reached[];
  #movesLeft: number;

  constructor(steps: readonly Step[], movesMax: number) {
    this.#steps = steps;
    this.#movesLeft = movesMax;
    this.#bits = new Map(steps.map((step, at) => [step, 1n << BigInt(at)]));
    this.#spare = steps
      .filter((step) => step.necessity !== 'must')
      .reduce((mask, step) => mask | this.#bit(step), 0n);
    this.#twins = twinsIn(steps);
    this.#names = [...new Set(steps.flatMap((step) => step.names))];
    this.#reached = [{ store: emptyStore, key: this.#keyOf(emptyStore), done: 0n }];
  }

  run(): Found {
    for (const { step, isReturn } of eventsOf(this.#steps)) {
      if (!isReturn) {
        this.#begin(step);
        continue;
      }
      const before = this.#reached;
      this.#end(step);
      if (this.#movesLeft < 0) return { type: 'too hard' };
      if (this.#reached.length === 0)
        return { type: 'none', step, held: this.#heldFrom(before, step.names) };
    }
    const finals = this.#heldFrom(this.#reached, this.#names);
    return this.#movesLeft < 0 ? { type: 'too hard' } : { type: 'found', finals };
  }

  #begin(step: Step): void {
    this.#open.add(step);
    if (!step.mutates) this.#reached = this.#reached.map((reached) => this.#read(reached, [step]));
  }

  #end(step: Step): void {
    const bit = this.#bit(step);
    const passing = step.necessity === 'fleeting' ? this.#outlive(step) : this.#await(step);
    const kept = new Frontier(this.#spare);
    for (const { store, key, done } of passing) kept.add({ store, key, done: done & ~bit });
    this.#open.delete(step);
    if (step.necessity === 'must') this.#past.add(step);
    this.#reached = kept.all;
  }

  /** The orders in which it has happened. */
  #await(step: Step): readonly Reached[] {
    const goal = this.#hasDone(step);
    const behind = this.#reached.filter((reached) => !goal(reached));
    return [...this.#reached.filter(goal), ...this.#explore(behind, goal, step.names).hits];
  }

  /** The orders in which it has not happened, or its file has come and gone. */
  #outlive(step: Step): readonly Reached[] {
    const isDone = this.#hasDone(step);
    const goal: Goal = (reached) => isDone(reached) && !holdsWorkOf(reached.store, step);
    const behind = this.#reached.filter((reached) => !goal(reached));
    const passing = this.#reached.filter((reached) => !isDone(reached) || goal(reached));
    return [...passing, ...this.#explore(behind, goal, this.#names).hits];
  }

  #hasDone(step: Step): Goal {
    const bit = this.#bit(step);
    return ({ done }) => (done & bit) !== 0n;
  }

  /** Goes on by open steps that bear on the names, until the goal is met. */
  #explore(
    from: readonly Reached[],
    goal: Goal,
    names: readonly string[],
  ): { readonly hits: readonly Reached[]; readonly seen: readonly Reached[] } {
    const seen = new Frontier(this.#spare);
    const hits: Reached[] = [];
    const moves = this.#movesOn(names);
    let level = from.filter((reached) => seen.add(reached));
    while (level.length > 0) {
      const moved = level.flatMap((reached) => this.#movesFrom(reached, moves));
      hits.push(...moved.filter(goal));
      level = moved.filter((reached) => !goal(reached) && seen.add(reached));
    }
    return { hits, seen: seen.all };
  }

  #movesFrom(reached: Reached, moves: readonly Step[]): readonly Reached[] {
    return moves.flatMap((step) => this.#move(reached, step) ?? []);
  }

  #move(reached: Reached, step: Step): Reached | undefined {
    const bit = this.#bit(step);
    const twin = this.#twins.get(step);
    if ((reached.done & bit) !== 0n) return undefined;
    if (twin !== undefined && (reached.done & this.#bit(twin)) === 0n) return undefined;
    this.#movesLeft -= 1;
    if (this.#movesLeft < 0) return undefined;
    const store = this.#fit(reached, step);
    if (store === undefined) return undefined;
    const moved = { store, key: this.#keyOf(store), done: reached.done | bit };
    return this.#read(moved, this.#open);
  }

  /** Takes every read that fits. */
  #read(reached: Reached, steps: Iterable<Step>): Reached {
    let done = reached.done;
    for (const step of steps)
      if (!step.mutates && this.#fit(reached, step) !== undefined) done |= this.#bit(step);
    return done === reached.done ? reached : { ...reached, done };
  }

  #fit({ store, done }: Reached, { operation, expected, unless }: Step): Store | undefined {
    if (unless && (this.#past.has(unless) || (done & this.#bit(unless)) !== 0n)) return undefined;
    if (expected === undefined) return store;
    const applied = apply(store, operation, expected);
    return applied.ok ? applied.store : undefined;
  }

  /** Steps on other names can wait, unless a rename under way carries something over. */
  #movesOn(names: readonly string[]): readonly Step[] {
    const near = new Set(names);
    const mutating = [...this.#open].filter((step) => step.mutates);
    for (let size = 0; size !== near.size; ) {
      size = near.size;
      for (const step of mutating)
        if (step.names.some((name) => near.has(name)))
          for (const name of step.names) near.add(name);
    }
    return mutating.filter((step) => step.names.some((name) => near.has(name)));
  }

  #heldFrom(from: readonly Reached[], names: readonly string[]) {
    const held = new Map<string, Set<string | null>>();
    for (const name of names) {
      const { seen } = this.#explore(from, () => false, [name]);
      const contents = [...from, ...seen].map(({ store }) => store.get(name)?.content ?? null);
      held.set(name, new Set(contents));
    }
    return held;
  }

  #bit(step: Step): bigint {
    return this.#bits.get(step) ?? 0n;
  }

  #keyOf(store: Store): string {
    return this.#names.map((name) => store.get(name)?.writer ?? '').join(',');
  }
}

const holdsWorkOf = (store: Store, { operation }: Step): boolean =>
  [...store.values()].some(({ writer }) => writer === operation.id);

/**
 * Removes and renames that may still happen and do the same, each with the one invoked before it:
 * nobody can tell which of them did, so that they are taken in turn.
 */
function twinsIn(steps: readonly Step[]): ReadonlyMap<Step, Step> {
  const twins = new Map<Step, Step>();
  const latest = new Map<string, Step>();
  for (const step of [...steps].sort((a, b) => a.span.invoked - b.span.invoked)) {
    const { call, name } = step.operation;
    if (step.necessity !== 'may' || call.type === 'put') continue;
    const key = JSON.stringify([call, name]);
    const twin = latest.get(key);
    if (twin !== undefined) twins.set(step, twin);
    latest.set(key, step);
  }
  return twins;
}

interface Event {
  readonly at: number;
  readonly isReturn: boolean;
  readonly step: Step;
}

/** At one instant invocations come first: what touches overlaps. */
const eventsOf = (steps: readonly Step[]): readonly Event[] =>
  steps
    .flatMap((step): Event[] => [
      { at: step.span.invoked, isReturn: false, step },
      { at: step.span.returned, isReturn: true, step },
    ])
    .filter(({ at }) => at !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.at - b.at || Number(a.isReturn) - Number(b.isReturn));
