import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameKey, namesAfter } from '../../src/domain/table-keys.js';
import { seed } from '../seed.js';

const name = fc.string({
  unit: fc.constantFrom('a', 'b', '/', 'é', '\uffee', '\u{1f3ac}'),
  minLength: 1,
});

describe(`keys of names (seed ${seed})`, () => {
  it('stand in the order of the UTF-8 bytes of the names', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const byKey = Math.sign(
          Number(nameKey(one) > nameKey(other)) - Number(nameKey(one) < nameKey(other)),
        );

        expect(byKey).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
      }),
      { seed },
    );
  });

  it('lie in a range exactly when the name has the prefix and comes after', () => {
    fc.assert(
      fc.property(
        name,
        fc.string({ unit: fc.constantFrom('a', 'b', 'é') }),
        fc.option(name, { nil: '' }),
        (one, prefix, after) => {
          const { start, end } = namesAfter(prefix, after);
          const comesAfter =
            after === '' || Buffer.compare(Buffer.from(one), Buffer.from(after)) > 0;

          expect(nameKey(one) >= start && nameKey(one) < end).toBe(
            one.startsWith(prefix) && comesAfter,
          );
        },
      ),
      { seed },
    );
  });
});
