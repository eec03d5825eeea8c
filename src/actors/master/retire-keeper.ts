/** Retires keepers that an operator gives up: they never come back, and nothing waits for them. */
import { ReelkeepError } from '../../domain/errors.js';
import { isKeeperId, type KeeperId, keeperId } from '../../domain/ids.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import type { KeeperRecord } from '../lookup-table/messages.js';
import type { MasterWorld } from './world.js';

export function createRetireHandler(world: MasterWorld): Pick<ClientHandlers, 'retireKeeper'> {
  return {
    async retireKeeper({ keeperId: id }) {
      const view = isKeeperId(id) ? world.keepers.views.get(keeperId(id)) : undefined;
      if (view === undefined) throw new ReelkeepError('not-found', `there is no keeper "${id}"`);
      const { keeper, state, incarnation } = view;
      if (state !== 'lost' && state !== 'retired')
        throw new ReelkeepError(
          'conflict',
          `${keeper} is ${state}: only a keeper that is lost can be retired; stop it first`,
        );
      if (world.isAhead(keeper))
        throw new ReelkeepError(
          'conflict',
          `${keeper} has seen a later table than this one: put that one back first`,
        );
      const forgotten = await forgetKeeper(world, keeper, incarnation);
      world.keepers.retire(keeper);
      world.monitor.post({ type: 'retire', keeper });
      world.log.warn({ keeper, ...forgotten }, 'keeper retired');
      return { replicas: forgotten.replicas, lastReplicas: forgotten.last };
    },
  };
}

/** The master may have died while it forgot what a retired keeper had. */
export async function forgetRetired(
  world: MasterWorld,
  records: readonly KeeperRecord[],
): Promise<void> {
  for (const { keeper, incarnation, retired } of records)
    if (retired) await forgetKeeper(world, keeper, incarnation);
}

/** Takes it out of the table, from wherever that was left off. */
async function forgetKeeper({ table }: MasterWorld, keeper: KeeperId, incarnation: number) {
  const forgotten = { replicas: 0, last: 0 };
  for (let more = true; more; ) {
    const step = await table.ask('retire keeper', { keeper, incarnation });
    forgotten.replicas += step.replicas;
    forgotten.last += step.last;
    more = step.more;
  }
  return forgotten;
}
