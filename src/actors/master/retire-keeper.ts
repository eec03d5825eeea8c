/** Retiring keepers: by an operator's word, and again after a start that came in between. */
import { ReelkeepError } from '../../domain/errors.js';
import { isKeeperId, type KeeperId, keeperId } from '../../domain/ids.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import type { MasterWorld } from './world.js';

export function createRetireHandler(world: MasterWorld): Pick<ClientHandlers, 'retireKeeper'> {
  return {
    async retireKeeper({ keeperId: id }) {
      const view = isKeeperId(id) ? world.keepers.views.get(keeperId(id)) : undefined;
      if (view === undefined) throw new ReelkeepError('not-found', `there is no keeper "${id}"`);
      const { keeper, state } = view;
      if (state !== 'lost' && state !== 'retired')
        throw new ReelkeepError(
          'conflict',
          `${keeper} is ${state}: only a keeper that is lost can be retired; stop it first`,
        );
      const replicas = await retireKeeper(world, keeper);
      world.monitor.post({ type: 'retire', keeper });
      world.log.warn({ keeper, replicas }, 'keeper retired');
      return { replicas };
    },
  };
}

/** Answers how many replicas the table has forgotten. */
export async function retireKeeper({ table }: MasterWorld, keeper: KeeperId): Promise<number> {
  let replicas = 0;
  for (let more = true; more; ) {
    const step = await table.ask('retire keeper', { keeper });
    replicas += step.replicas;
    more = step.more;
  }
  return replicas;
}
