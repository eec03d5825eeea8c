/**
 * Judges whether put, get, stat, remove and rename look as if each had happened at one instant
 * between its invocation and its return (S16 to S19, S35, S37).
 *
 * Names are judged one by one, which is enough, since a history is linearizable exactly when each
 * object's part of it is; names that a rename joins are one object. The store is empty before the
 * history. Lists are judged in `listing.ts`.
 */
import { type History, namesOf } from './operations.js';
import { type SpanOf, spansOf } from './real-time.js';
import { type Found, search } from './search.js';
import { type Step, stepsOf } from './steps.js';
import { drawTimeline, tellCall, tellOutcome } from './timeline.js';

export interface Options {
  /** How long a put that failed may still hold its name against others; for ever. */
  readonly reservationLingersMs?: number;
  /** Tries of a step at a place in the order, for each object; 200,000. */
  readonly movesMax?: number;
}

/** What a name may hold; `null` is absent. */
type Contents = ReadonlySet<string | null>;

export type Verdict =
  /** Names of which nothing is known are not among the finals. */
  | { readonly ok: true; readonly finals: ReadonlyMap<string, Contents> }
  /** `too hard` is no verdict on the history: it has to be counted. */
  | {
      readonly ok: false;
      readonly why: 'violation' | 'too hard';
      readonly name: string;
      readonly explanation: string;
    };

export function checkLinearizable(
  history: History,
  { reservationLingersMs = Number.POSITIVE_INFINITY, movesMax = 200_000 }: Options = {},
): Verdict {
  const spanOf = spansOf(history);
  const finals = new Map<string, Contents>();
  const failures: { readonly steps: readonly Step[]; readonly found: Failed }[] = [];
  for (const steps of objectsOf(stepsOf(history, spanOf, reservationLingersMs))) {
    const found = search(steps, movesMax);
    if (found.type !== 'found') failures.push({ steps, found });
    else for (const [name, contents] of found.finals) finals.set(name, contents);
  }
  const worst = failures.sort((a, b) => returnOf(a.found) - returnOf(b.found))[0];
  if (worst === undefined) return { ok: true, finals };
  const { found, steps } = worst;
  if (found.type === 'none') return violation(found, steps, history, spanOf);
  const names = [...new Set(steps.flatMap((step) => step.names))];
  const explanation = `${quote(names)}: ${steps.length} steps allow too many orders to try them all`;
  return { ok: false, why: 'too hard', name: names[0] ?? '', explanation };
}

type Failed = Exclude<Found, { type: 'found' }>;
type Broken = Extract<Found, { type: 'none' }>;

/** Steps that share a name, directly or through others. */
function objectsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const objectOf = new Map<string, readonly Step[]>();
  for (const step of steps) {
    const objects = new Set(step.names.flatMap((name) => wrap(objectOf.get(name))));
    const joined = [...[...objects].flat(), step];
    for (const name of joined.flatMap((one) => one.names)) objectOf.set(name, joined);
  }
  return [...new Set(objectOf.values())];
}

const wrap = <Value>(value: Value | undefined): readonly Value[] =>
  value === undefined ? [] : [value];

/** The earliest violation first, before all that was too hard. */
const returnOf = (found: Failed): number =>
  found.type === 'none' ? found.step.span.returned : Number.POSITIVE_INFINITY;

function violation(
  { step, held }: Broken,
  steps: readonly Step[],
  history: History,
  spanOf: SpanOf,
): Verdict {
  const names = new Set(steps.flatMap((one) => one.names));
  const { returned } = step.span;
  const concerned = history.filter(
    (one) => spanOf(one).invoked <= returned && namesOf(one).some((name) => names.has(name)),
  );
  const sentence = `No order of these operations explains #${step.operation.id}: ${reasonOf(step, held)}`;
  const timeline = drawTimeline(concerned, spanOf, step.operation);
  return {
    ok: false,
    why: 'violation',
    name: step.operation.name,
    explanation: `${sentence}\n${timeline}`,
  };
}

function reasonOf(step: Step, held: Broken['held']): string {
  const { operation, necessity, unless } = step;
  const told = `${tellCall(operation)} ended as "${tellOutcome(operation.outcome)}"`;
  if (necessity === 'fleeting')
    return `${told}, yet the file had been seen, and nobody else had removed or replaced it by then.`;
  const states = Array.from(held, ([name, contents]) => tellHeld(name, contents)).join(', and ');
  const repeated = unless === undefined ? '' : ` or its upload had been acknowledged before`;
  return `${told}, but by then ${states}${repeated}.`;
}

function tellHeld(name: string, contents: Contents): string {
  const words = Array.from(contents, (content) => content ?? 'nothing').sort();
  return `"${name}" could only hold ${words.join(' or ')}`;
}

const quote = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
