/** A thread of the master throws: it is started again, or the whole process ends with it. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';

export const endThread: Happening = {
  kind: 'end thread',
  layer: 'process',
  budget: 'within',
  weight: 1,
  params: fc.record({ thread: fc.nat(2) }),
  happen(params, { cluster }) {
    const process = cluster.master.process;
    const thread = choose([...(process?.threads ?? [])], numberOf(params, 'thread'));
    if (process === undefined || thread === undefined) return undefined;
    cluster.stage.kernel.afterIn(process, 0, 'fault', () =>
      thread.fail(new Error('a fault was injected')),
    );
    return `master: its thread ${thread.name} throws`;
  },
};
