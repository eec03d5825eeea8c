import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rotation } from '../../src/domain/rotation.js';
import { seed } from '../seed.js';

describe(`Rotation (seed ${seed})`, () => {
  it('is a queue in which what is added again goes to the end', () => {
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const rotation = new Rotation<number>();
        operations.reduce((model, operation) => act(rotation, model, operation), nothing);
      }),
      { seed },
    );
  });
});

// Builders

const nothing: readonly number[] = [];

/** Whatever `next` gives is deleted or added again at once, as its users must. */
const operation = fc.record({
  on: fc.constantFrom('item', 'next'),
  action: fc.constantFrom('add' as const, 'delete' as const),
  item: fc.nat(9),
});

/** Does the same to both and compares them; answers the model as it is then. */
function act(
  rotation: Rotation<number>,
  model: readonly number[],
  { on, action, item }: { on: string; action: 'add' | 'delete'; item: number },
): readonly number[] {
  const subject = on === 'item' ? item : rotation.next();
  if (on === 'next') expect(subject).toBe(model[0]);
  if (subject === undefined) return model;
  rotation[action](subject);
  const others = model.filter((other) => other !== subject);
  const after = action === 'add' ? [...others, subject] : others;
  expect(rotation.all()).toEqual(after);
  return after;
}
