import type { KeeperInfo } from '../../actors/client/cluster.js';
import { alignColumns } from '../columns.js';
import { spanText } from '../duration.js';
import type { Paint } from '../paint.js';
import { sizeText } from '../size-text.js';

export function keepersText(keepers: readonly KeeperInfo[], paint: Paint): string[] {
  const head = ['KEEPER', 'ADDRESS', 'STATE', 'HEARTBEAT', 'USED', 'FREE', 'REPLICAS'];
  const rows = keepers.map((keeper) => [
    keeper.keeper,
    keeper.address,
    stateText(keeper, paint),
    `${spanText(keeper.lastHeartbeatMs)} ago`,
    sizeText(keeper.usedBytes),
    sizeText(keeper.freeBytes),
    String(keeper.replicas),
  ]);
  return alignColumns([head.map((title) => paint.dim(title)), ...rows]);
}

function stateText({ state, disk }: KeeperInfo, paint: Paint): string {
  if (disk === 'suspect') return paint.red(`${state}, disk suspect`);
  if (state === 'alive') return paint.green(state);
  return state === 'lost' ? paint.red(state) : paint.yellow(state);
}
