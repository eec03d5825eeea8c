/** A process in which decoders are tried: it may never come back, or die. */
import process from 'node:process';
import { allDecoders } from './all-decoders.js';
import { writeFound } from './command/found-file.js';
import type { HuntOrder, HuntReport } from './command/messages.js';
import type { Decoder } from './decoder.js';
import { type HuntOptions, hunt } from './hunt.js';
import { sweep, sweepKinds, tryHard } from './sweep.js';
import { type Tried, tryInTurn } from './try-all.js';

const runs = { cheap: 1_000, costly: 40 };
const sweeps = {
  cheap: { samples: 4, damagesMax: 20_000 },
  costly: { samples: 1, damagesMax: 8_000 },
};

type TryOut = (decoder: Decoder, options: Omit<HuntOptions, 'runs'>) => Tried;

const tryOut: Readonly<Record<HuntOrder['how'], TryOut>> = {
  hunt: (decoder, options) =>
    hunt(decoder, { ...options, runs: runs[decoder.isCostly ? 'costly' : 'cheap'] }),
  sweep: (decoder, options) =>
    tryInTurn([
      () => tryHard(decoder, options.onTrial),
      ...sweepKinds.map(
        (kind) => () =>
          sweep(decoder, kind, { ...options, ...sweeps[decoder.isCostly ? 'costly' : 'cheap'] }),
      ),
    ]),
};

const decoders = await allDecoders();

process.on('message', ({ decoder: name, seed, how, noteInto }: HuntOrder) => {
  const decoder = decoders.find((one) => one.name === name);
  if (decoder === undefined) throw new Error(`there is no decoder ${name}`);
  const begunMs = performance.now();
  const onTrial: HuntOptions['onTrial'] =
    noteInto === undefined
      ? undefined
      : (trial) => writeFound(noteInto, { ...trial, decoder: name, why: '' });
  const tried = tryOut[how](decoder, { seed, onTrial });
  const report: HuntReport = { ...tried, tookMs: performance.now() - begunMs };
  process.send?.(report);
});
process.once('disconnect', () => process.exit());
// Ctrl-C is for the command, to which a process that ends looks like one that died of an input.
process.on('SIGINT', () => undefined);
process.send?.({ type: 'ready' });
