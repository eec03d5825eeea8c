/** A keeper is killed and does not find its `keeper.json` as it was, until that is put back from a copy. */
import fc from 'fast-check';
import { keeperRoot } from '../cluster/sim-cluster.js';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { passesMs } from './lasting.js';
import { seconds } from './seconds.js';

const path = `${keeperRoot}/keeper.json`;

export const lostIdentity: Happening = {
  kind: 'lost identity',
  layer: 'identity',
  budget: 'within',
  weight: 2,
  params: fc.record({
    keeper: fc.nat(8),
    how: fc.constantFrom('missing', 'empty', 'cut in half', 'garbled'),
    lastsMs: passesMs,
  }),
  happen(params, { cluster, budget }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined || budget.isMisplaced(keeper)) return undefined;
    const { disk } = keeper.box;
    const good = disk.written(path);
    if (good === undefined) return undefined;
    keeper.kill('killed');
    const { how } = params;
    if (how === 'missing') disk.lose(path);
    else disk.replaceBytes(path, damaged(good, String(how)));
    const foundAgain = budget.misplace(keeper);
    keeper.start();
    const ms = numberOf(params, 'lastsMs');
    cluster.stage.kernel.after(ms, 'fault ends', () => {
      keeper.kill('killed');
      disk.replaceBytes(path, good);
      foundAgain();
      keeper.start();
    });
    return `${keeper.name}: killed, and finds its keeper.json ${how}, for ${seconds(ms)}`;
  },
};

function damaged(good: Buffer, how: string): Buffer {
  if (how === 'empty') return Buffer.alloc(0);
  if (how === 'cut in half') return good.subarray(0, good.length / 2);
  return Buffer.from(good.map((byte) => byte ^ 0x5a));
}
