/**
 * What a soak will do, drawn from its seed and from nothing else: the errands of each client one
 * after another, and the strikes of faults with their times and victims.
 *
 * How it comes out depends on the machine and its load. What is asked for does not, so that one seed
 * brings the same trouble to another commit.
 */
import { Chance } from '../simulation/world/chance.js';

export type Task =
  | {
      readonly type: 'put';
      readonly name: string;
      readonly bytes: number;
      /** Tells its bytes from those of every other put. */
      readonly tint: number;
      readonly replace: boolean;
      readonly acks: number;
      readonly target: number;
    }
  | { readonly type: 'get' | 'stat' | 'remove'; readonly name: string }
  | { readonly type: 'rename'; readonly name: string; readonly to: string }
  | { readonly type: 'list' };

export interface Errand {
  /** Before it. */
  readonly pauseMs: number;
  readonly task: Task;
}

export interface Strike {
  readonly atMs: number;
  readonly kind: string;
  /** Where the search for a victim begins. */
  readonly keeper: number;
  readonly client: number;
  /** Until it is undone, where it can be. */
  readonly forMs: number;
  /** Which file, and where in it: from 0 to below 1. */
  readonly place: number;
}

const pairsOfNames = 20;
export const clientCount = 8;
export const keeperCount = 5;
const strikeEveryMs = 10_000;

const words = ['Ärger', 'beach', 'città', 'дом', 'été', 'film noir', 'ghost', 'höhle', 'île', '城'];

/** Two in a pair: renames go from one of them to the other, so that a history stays easy to judge. */
export const pairs: readonly (readonly [string, string])[] = Array.from(
  { length: pairsOfNames },
  (_, index) => {
    const stem = `${index % 2 === 0 ? 'films/' : ''}${words[index % words.length]} ${index}`;
    return [`${stem}.mp4`, `${stem}/cut.mp4`];
  },
);

const mebibyte = 1024 * 1024;
/** A little more than the clip that every film begins with. */
const filmBytesMin = 0.1 * mebibyte;

/** Without an end. */
export function* drawErrands(seed: number, client: number): Generator<Errand, never> {
  const chance = new Chance(seed).fork(`client ${client}`);
  for (let count = 0; ; count += 1)
    yield {
      pauseMs: Math.round(chance.spread(50, 3_000)),
      task: drawTask(chance, client * 100_000 + count),
    };
}

function drawTask(chance: Chance, tint: number): Task {
  const [first, second] = chance.pick(pairs);
  const [name, to] = chance.isHit(0.6) ? [first, second] : [second, first];
  const lot = chance.real();
  if (lot < 0.4) return drawPut(chance, name, tint);
  if (lot < 0.66) return { type: 'get', name };
  if (lot < 0.8) return { type: 'stat', name };
  if (lot < 0.89) return { type: 'remove', name };
  if (lot < 0.95) return { type: 'rename', name, to };
  return { type: 'list' };
}

function drawPut(chance: Chance, name: string, tint: number): Task {
  const target = chance.isHit(0.8) ? 3 : chance.pick([2, 4]);
  const bytesMax = (chance.isHit(0.04) ? 40 : 10) * mebibyte;
  return {
    type: 'put',
    name,
    bytes: Math.round(chance.spread(filmBytesMin, bytesMax)),
    tint,
    replace: chance.isHit(0.5),
    acks: chance.isHit(0.6) ? 1 : chance.int(1, Math.min(3, target)),
    target,
  };
}

/** Kinds are dealt from a shuffled deck, so that a short soak meets every one of them. */
export function drawStrikes(
  seed: number,
  kinds: readonly string[],
  faultsMs: number,
): readonly Strike[] {
  const chance = new Chance(seed).fork('strikes');
  const strikes: Strike[] = [];
  let deck: readonly string[] = [];
  for (let atMs = strikeEveryMs / 2; atMs < faultsMs; atMs += strikeEveryMs) {
    if (deck.length === 0) deck = shuffled(chance, kinds);
    const [kind = '', ...rest] = deck;
    deck = rest;
    strikes.push({
      atMs,
      kind,
      keeper: chance.int(0, keeperCount - 1),
      client: chance.int(0, clientCount - 1),
      forMs: Math.round(chance.spread(300, 25_000)),
      place: chance.real(),
    });
  }
  return strikes;
}

const shuffled = (chance: Chance, kinds: readonly string[]): readonly string[] =>
  kinds
    .map((kind) => ({ kind, at: chance.real() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ kind }) => kind);
