/**
 * A client that lies: it begins an upload as anyone does, and then sends other bytes than it
 * announced, or announces others than it sent, or stops half-way. Whatever it is answered, nothing
 * of it may be acked or seen. Its name stays among those that an upload may hold, as the name of a
 * client that died does; nobody knows its bytes.
 */
import fc from 'fast-check';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { Box } from '../cluster/box.js';
import type { SimCluster } from '../cluster/sim-cluster.js';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { names } from '../story/operations.js';
import type { SimProcess } from '../world/sim-process.js';
import { type Lie, lies, tellLie } from './tell-lie.js';

const diskBytes = 1_000_000;
/** Longer than any upload lives. */
const livesMs = 150_000;

export const liar: Happening = {
  kind: 'liar',
  layer: 'client',
  budget: 'within',
  weight: 4,
  params: fc.record({
    lie: fc.constantFrom(...lies),
    name: fc.nat(names.length - 1),
    size: fc.oneof(fc.integer({ min: 2, max: 5_000 }), fc.integer({ min: 2, max: 60_000 })),
    replace: fc.boolean(),
    number: fc.nat(99_999),
  }),
  happen(params, { cluster }) {
    const { stage } = cluster;
    const name = choose(names, numberOf(params, 'name')) ?? '';
    const lie = params['lie'] as Lie;
    const replace = params['replace'] === true;
    const liarName = `liar${params['number']}`;
    const box = new Box(`10.0.4.${numberOf(params, 'number') % 250}`, diskBytes);
    const process = stage.spawn(liarName, box);
    const content = `lie${params['number']}`;
    const call = { type: 'put', content, replace } as const;
    cluster.history.invoke({ client: liarName, name, call }, cluster.nowMs);
    stage.kernel.afterIn(process, 0, 'operation', () => {
      const size = numberOf(params, 'size');
      const master = cluster.masterAddress;
      tellLie({ master, chance: process.chance, name, size, replace, lie }).then(
        (outcome) => cluster.report('S12', `${lie} of ${liarName} as ${name} was ${outcome}`),
        (error: unknown) => onRefused(cluster, process, error),
      );
    });
    stage.kernel.after(livesMs, 'fault ends', () => process.end('killed'));
    return `${liarName}: ${replace ? 'replaces' : 'puts'} ${name} with ${lie}`;
  },
};

function onRefused(cluster: SimCluster, { name }: SimProcess, error: unknown): void {
  if (!(error instanceof ReelkeepError))
    cluster.report('S50', `${name}, which lies, was thrown ${String(error)}`);
  else cluster.stage.trace.tell(name, `is refused: ${error.code} (${error.detail})`);
}
