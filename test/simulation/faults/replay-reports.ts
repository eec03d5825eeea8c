/** What keepers have told the master reaches it, or the next one, once more, much later. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const replayReports: Happening = {
  kind: 'replay reports',
  layer: 'network',
  budget: 'within',
  weight: 3,
  params: fc.record({
    times: fc.integer({ min: 1, max: 30 }),
    spreadMs: fc.constantFrom(0, 1_000, 10_000),
    afterMs: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1_000, max: 60_000 })),
    dice: fc.nat(0xffff),
  }),
  happen(params, { cluster }) {
    const { chance, kernel, network, trace } = cluster.stage;
    const { replays } = network;
    const times = numberOf(params, 'times');
    const afterMs = numberOf(params, 'afterMs');
    const dice = chance.fork(`replay ${params['dice']}`);
    const spreadMs = numberOf(params, 'spreadMs');
    for (let time = 0; time < times; time += 1)
      kernel.after(afterMs + (spreadMs * time) / times, 'replay', () => {
        if (replays.replayOne(dice)) trace.tell('network', 'the master hears an old report again');
      });
    return `of what keepers report, ${times} will be heard again, from ${seconds(afterMs)} on`;
  },
};
