import type { KeeperInfo } from '../../actors/client/cluster.js';
import { alignColumns } from '../columns.js';
import { spanText } from '../duration.js';
import type { Paint } from '../paint.js';
import { sizeText } from '../size-text.js';

export function keepersText(keepers: readonly KeeperInfo[], paint: Paint): string[] {
  const head = ['KEEPER', 'ADDRESS', 'STATE', 'HEARTBEAT', 'USED', 'FREE', 'REPLICAS', 'SCRUB'];
  const rows = keepers.map((keeper) => [
    keeper.keeper,
    keeper.address,
    stateText(keeper, paint),
    `${spanText(keeper.lastHeartbeatMs)} ago`,
    sizeText(keeper.usedBytes),
    sizeText(keeper.freeBytes),
    String(keeper.replicas),
    scrubText(keeper.scrub, paint),
  ]);
  return alignColumns([head.map((title) => paint.dim(title)), ...rows]);
}

function stateText({ state, disk }: KeeperInfo, paint: Paint): string {
  return paintState(state, paint) + (disk === 'suspect' ? paint.red(', disk suspect') : '');
}

/** How far it is, or when it was through, and what it found: `37 %`, `2 h ago, 1 bad`. */
function scrubText(scrub: KeeperInfo['scrub'], paint: Paint): string {
  if (scrub === undefined) return '-';
  const { percent, passedMs, quarantined, unreadable } = scrub;
  const passed = passedMs === undefined ? '-' : `${spanText(passedMs)} ago`;
  const found = [
    percent < 100 ? `${percent} %` : passed,
    ...(quarantined > 0 ? [paint.red(`${quarantined} bad`)] : []),
    ...(unreadable > 0 ? [paint.red(`${unreadable} unreadable`)] : []),
  ];
  return found.join(', ');
}

function paintState(state: KeeperInfo['state'], paint: Paint): string {
  if (state === 'alive') return paint.green(state);
  return state === 'lost' ? paint.red(state) : paint.yellow(state);
}
