/** Every keeper. */
import type { VNode } from 'preact';
import type { KeeperJson } from '../../../src/actors/gateway/api-shapes.js';
import { countText, heartbeatText, rateText, spanText } from '../format.js';
import { useLive } from '../live.js';
import { Waiting } from '../parts/answer.js';
import { Badge, StateBadge } from '../parts/badge.js';
import { SpaceMeter } from '../parts/meter.js';
import { PageTitle } from '../parts/page-title.js';
import { toHash } from '../route.js';

export function KeepersPage(): VNode {
  const { keepers } = useLive();
  return (
    <>
      <PageTitle title="Keepers" />
      {keepers === undefined ? <Waiting /> : <Keepers keepers={keepers} />}
    </>
  );
}

function Keepers({ keepers }: { readonly keepers: readonly KeeperJson[] }): VNode {
  if (keepers.length === 0)
    return <p class="card empty">No keeper has registered with this master yet.</p>;
  return (
    <div class="card table-card">
      <table>
        <caption class="only-read">Keepers</caption>
        <thead>
          <tr>
            <th scope="col">Keeper</th>
            <th scope="col">State</th>
            <th scope="col" class="wide">
              Last heartbeat
            </th>
            <th scope="col">Space</th>
            <th scope="col" class="number wide">
              Replicas
            </th>
            <th scope="col" class="number wide">
              Traffic
            </th>
            <th scope="col" class="wide">
              Last scrub
            </th>
          </tr>
        </thead>
        <tbody>
          {keepers.map((keeper) => (
            <KeeperRow key={keeper.keeper} keeper={keeper} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KeeperRow({ keeper }: { readonly keeper: KeeperJson }): VNode {
  const { keeper: id, address, state, disk, lastHeartbeatMs, replicas, traffic } = keeper;
  return (
    <tr>
      <th scope="row" class="name">
        <a href={toHash({ page: 'keeper', keeper: id, after: '' })}>{id}</a>
        <span class="below soft keeper-address">{address}</span>
      </th>
      <td>
        <StateBadge state={state} />
        {disk === 'suspect' && <Badge tone="bad" text="disk suspect" />}
        <span class="narrow soft">{heartbeatText(lastHeartbeatMs)}</span>
      </td>
      <td class="wide">{heartbeatText(lastHeartbeatMs)}</td>
      <td>
        <SpaceMeter {...keeper} label={`Space of ${id}`} />
      </td>
      <td class="number wide">{countText(replicas)}</td>
      <td class="number wide">
        <Traffic traffic={traffic} />
      </td>
      <td class="wide soft">{scrubText(keeper.scrub)}</td>
    </tr>
  );
}

const Traffic = ({ traffic }: { readonly traffic: KeeperJson['traffic'] }): VNode | null =>
  traffic === undefined ? null : (
    <>
      <span class="below">{rateText(traffic.outBytesPerSecond)} out</span>
      <span class="below soft">{rateText(traffic.inBytesPerSecond)} in</span>
    </>
  );

/** How far the keeper is with reading its replicas again, and what that has found. */
export function scrubText(scrub: KeeperJson['scrub']): string {
  if (scrub === undefined) return 'not told';
  const { percent, passedMs, quarantined, unreadable } = scrub;
  const passed = passedMs === undefined ? 'never' : `${spanText(passedMs)} ago`;
  return [
    percent < 100 ? `${percent} %` : passed,
    ...(quarantined > 0 ? [`${quarantined} bad`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
  ].join(', ');
}
