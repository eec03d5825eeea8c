/** One keeper, and the files of which it has a replica. */
import type { VNode } from 'preact';
import type { KeeperJson } from '../../../src/actors/gateway/api-shapes.js';
import { listKeeperFiles } from '../api.js';
import { countText, heartbeatText, rateText } from '../format.js';
import { useLive } from '../live.js';
import { Refusal, useAnswer, Waiting } from '../parts/answer.js';
import { Badge, StateBadge } from '../parts/badge.js';
import { FileTable } from '../parts/file-table.js';
import { SpaceMeter } from '../parts/meter.js';
import { PageTitle } from '../parts/page-title.js';
import { Pager } from '../parts/pager.js';
import { toHash } from '../route.js';
import { scrubText } from './keepers.js';

interface KeeperPageProps {
  readonly keeper: string;
  readonly after: string;
}

export function KeeperPage({ keeper, after }: KeeperPageProps): VNode {
  const known = useLive().keepers?.find((one) => one.keeper === keeper);
  const back = (
    <a class="back" href={toHash({ page: 'keepers' })}>
      Keepers
    </a>
  );
  return (
    <>
      <PageTitle title={keeper} back={back} />
      {known !== undefined && <Facts keeper={known} />}
      <h2 class="section">Files with a replica here</h2>
      <KeeperFiles keeper={keeper} after={after} />
    </>
  );
}

function Facts({ keeper }: { readonly keeper: KeeperJson }): VNode {
  const { state, disk, address, lastHeartbeatMs, replicas, traffic } = keeper;
  return (
    <dl class="facts card">
      <div>
        <dt>State</dt>
        <dd>
          <StateBadge state={state} />
          {disk === 'suspect' && <Badge tone="bad" text="disk suspect" />}
        </dd>
      </div>
      <Fact title="Address" text={address} />
      <Fact title="Last heartbeat" text={heartbeatText(lastHeartbeatMs)} />
      <Fact title="Replicas" text={countText(replicas)} />
      {traffic !== undefined && (
        <Fact
          title="Traffic"
          text={`${rateText(traffic.outBytesPerSecond)} out, ${rateText(traffic.inBytesPerSecond)} in`}
        />
      )}
      <Fact title="Last scrub" text={scrubText(keeper.scrub)} />
      <div>
        <dt>Space</dt>
        <dd>
          <SpaceMeter {...keeper} label={`Space of ${keeper.keeper}`} />
        </dd>
      </div>
    </dl>
  );
}

const Fact = ({ title, text }: { readonly title: string; readonly text: string }): VNode => (
  <div>
    <dt>{title}</dt>
    <dd>{text}</dd>
  </div>
);

function KeeperFiles({ keeper, after }: KeeperPageProps): VNode {
  const answer = useAnswer((signal) => listKeeperFiles(keeper, after, signal), [keeper, after]);
  if (answer.state === 'asked') return <Waiting />;
  if (answer.state === 'refused') return <Refusal message={answer.message} />;
  const { files, next } = answer.value;
  const first = after === '' ? undefined : toHash({ page: 'keeper', keeper, after: '' });
  return (
    <>
      {files.length === 0 ? (
        <p class="card empty">No file has a replica here.</p>
      ) : (
        <FileTable caption={`Files of ${keeper}`} files={files} />
      )}
      <Pager
        label="Pages of files"
        first={first}
        next={next === undefined ? undefined : toHash({ page: 'keeper', keeper, after: next })}
      />
    </>
  );
}
