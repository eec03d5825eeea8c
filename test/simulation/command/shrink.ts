/**
 * Makes a failing story as short as it stays failing: delta debugging over its steps (Zeller and
 * Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), then a smaller cluster.
 */
import type { Step, Story } from '../story/story.js';

export interface ShrinkOptions {
  /** Whether the story still fails in the same way. */
  fails(story: Story): Promise<boolean>;
  /** Tries at most. */
  readonly triesMax: number;
}

export async function shrinkStory(story: Story, options: ShrinkOptions): Promise<Story> {
  let triesLeft = options.triesMax;
  const fails = async (candidate: Story): Promise<boolean> => {
    if (triesLeft <= 0) return false;
    triesLeft -= 1;
    return await options.fails(candidate);
  };
  const withoutSteps = await shortenSteps(story, fails);
  const smaller = await simplifyShape(withoutSteps, fails);
  return smaller === withoutSteps ? smaller : await shortenSteps(smaller, fails);
}

type Fails = (story: Story) => Promise<boolean>;

async function shortenSteps(story: Story, fails: Fails): Promise<Story> {
  let best = story;
  for (let pieces = 2; best.steps.length > 0; ) {
    const shorter = await firstFailing(withoutPieces(best, pieces), fails);
    if (shorter !== undefined) {
      best = shorter;
      pieces = Math.max(2, pieces - 1);
    } else if (pieces >= best.steps.length) return best;
    else pieces = Math.min(best.steps.length, pieces * 2);
  }
  return best;
}

function* withoutPieces(story: Story, pieces: number): Generator<Story> {
  const length = Math.ceil(story.steps.length / pieces);
  for (let at = 0; at < story.steps.length; at += length)
    yield { ...story, steps: story.steps.toSpliced(at, length) };
}

async function simplifyShape(story: Story, fails: Fails): Promise<Story> {
  let best = story;
  for (const simpler of simplerShapes(story)) {
    const candidate = { ...best, ...simpler, shape: { ...best.shape, ...simpler.shape } };
    if (await fails(candidate)) best = candidate;
  }
  return best;
}

function* simplerShapes({ shape, steps }: Story): Generator<Partial<Story>> {
  const last = steps.at(-1)?.atMs ?? 0;
  yield { faultsMs: last + 1_000 };
  for (const keepers of [1, 2, 3, 4, 5])
    if (keepers < shape.keepers && keepers >= shape.acks) yield { shape: { ...shape, keepers } };
  yield { shape: { ...shape, clients: 1 } };
  yield { shape: { ...shape, diskSlowness: 1, networkSlowness: 1 } };
}

async function firstFailing(candidates: Iterable<Story>, fails: Fails): Promise<Story | undefined> {
  for (const candidate of candidates) if (await fails(candidate)) return candidate;
  return undefined;
}

/** Of a step, as a reader wants it. */
export const stepText = ({ atMs, kind, params }: Step): string =>
  `${(atMs / 1000).toFixed(3).padStart(9)} s  ${kind} ${JSON.stringify(params)}`;
