import { afterAll, describe, expect, it } from 'vitest';
import { seed } from '../seed.js';
import { allDecoders } from './all-decoders.js';
import { removeOwnDirectories } from './decoders/own-directory.js';
import { findingText } from './finding-text.js';
import { hunt } from './hunt.js';
import { sweep, sweepKinds, tryHard } from './sweep.js';
import type { Tried } from './try-all.js';

const runs = { cheap: 150, costly: 15 };
const sweeps = {
  cheap: { samples: 2, damagesMax: 2_000 },
  costly: { samples: 2, damagesMax: 100 },
};

afterAll(removeOwnDirectories);

describe.each(await allDecoders())(`what reads $name (seed ${seed})`, (decoder) => {
  const cost = decoder.isCostly ? 'costly' : 'cheap';

  it.each(sweepKinds)(
    'S11, S47: takes valid bytes for what they are, and refuses or bears it when there are %s',
    (kind) => {
      expectNothing(sweep(decoder, kind, { seed, ...sweeps[cost] }));
    },
  );

  it('S47, S48: refuses or bears what is as long, deep or odd as can be', () => {
    expectNothing(tryHard(decoder));
  });

  it('S11, S47: refuses or bears whatever comes, and what it takes can be written again', () => {
    const found = hunt(decoder, { seed, runs: runs[cost] });

    expectNothing(found);
    expect(found.decoded).toBeGreaterThan(0);
  });
});

const expectNothing = ({ finding }: Tried): void =>
  expect(finding && findingText(finding)).toBeUndefined();
