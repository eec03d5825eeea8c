/** How the cluster is, at a glance. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { EventJson, OverviewJson } from '../../../src/actors/gateway/api-shapes.js';
import { amountText, countText, rateText, sizeText, spanText, timeText } from '../format.js';
import { type Live, useLive } from '../live.js';
import { Waiting } from '../parts/answer.js';
import { Curve } from '../parts/curve.js';
import { Icon } from '../parts/icon.js';
import { SpaceMeter } from '../parts/meter.js';
import { PageTitle } from '../parts/page-title.js';
import { toHash } from '../route.js';

export function OverviewPage(): VNode {
  const live = useLive();
  const { overview, events } = live;
  return (
    <>
      <PageTitle title="Overview" />
      {overview === undefined ? (
        <Waiting />
      ) : (
        <div class="overview">
          <Health overview={overview} />
          <Numbers overview={overview} />
          <Curves live={live} overview={overview} />
          <Events events={events} />
        </div>
      )}
    </>
  );
}

const unsettledMs = 3000;

/** With each change the master looks at a few files for a moment, which is nobody's business. */
function useIsUnsettled(settled: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (settled) return;
    const timer = setTimeout(() => setLong(true), unsettledMs);
    return () => clearTimeout(timer);
  }, [settled]);
  return isLong && !settled;
}

function Health({ overview: { health, settled } }: { readonly overview: OverviewJson }): VNode {
  const isUnsettled = useIsUnsettled(settled);
  return (
    <section class={`health card health-${health.level}`} aria-label="Health">
      <span class="health-mark">
        <Icon name={health.level} />
      </span>
      <div>
        <h2>{health.sentence}</h2>
        {health.reasons.length > 0 && (
          <ul>
            {health.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
        {isUnsettled && <p class="soft">Files are still being looked at: the numbers may grow.</p>}
      </div>
    </section>
  );
}

function Numbers({ overview }: { readonly overview: OverviewJson }): VNode {
  const { files, bytes, capacity, belowTarget, missing, keepers, uploadsInProgress } = overview;
  const others = [
    ...(keepers.suspect > 0 ? [`${keepers.suspect} suspect`] : []),
    ...(keepers.lost > 0 ? [`${keepers.lost} lost`] : []),
  ];
  return (
    <section class="numbers" aria-label="Numbers">
      <Figure title="Files" value={countText(files)} note={`${sizeText(bytes)} of video`} />
      <Figure
        title="Keepers"
        value={countText(keepers.alive)}
        note={others.length === 0 ? 'all of them alive' : `alive, ${others.join(', ')}`}
        tone={others.length === 0 ? undefined : 'warning'}
        href={toHash({ page: 'keepers' })}
      />
      <Figure
        title="Below target"
        value={countText(belowTarget)}
        note={belowTarget === 0 ? 'each file has its replicas' : 'files with too few replicas'}
        tone={belowTarget > 0 ? 'warning' : undefined}
      />
      <Figure
        title="Missing"
        value={countText(missing)}
        note={missing === 0 ? 'each file can be read' : 'files that no keeper has'}
        tone={missing > 0 ? 'bad' : undefined}
      />
      <Repairs overview={overview} />
      <div class="figure card">
        <h2>Capacity</h2>
        <p class="figure-value">{sizeText(capacity.freeBytes)}</p>
        <p class="figure-note">free{uploadsNote(uploadsInProgress)}</p>
        <SpaceMeter {...capacity} label="Space of all keepers" />
      </div>
    </section>
  );
}

const uploadsNote = (count: number): string =>
  count === 0 ? '' : `, ${amountText(count, 'upload')} under way`;

function Repairs({ overview: { repairs } }: { readonly overview: OverviewJson }): VNode {
  const { inFlight, bytesToCopy, bytesPerSecond, secondsLeft } = repairs;
  const parts = [
    `${sizeText(bytesToCopy)} to copy`,
    ...(bytesPerSecond > 0 ? [rateText(bytesPerSecond)] : []),
    ...(secondsLeft === null ? [] : [`about ${spanText(secondsLeft * 1000)} left`]),
  ];
  const note = bytesToCopy === 0 ? 'nothing to repair' : parts.join(', ');
  return <Figure title="Repairs under way" value={countText(inFlight)} note={note} />;
}

interface FigureProps {
  readonly title: string;
  readonly value: string;
  readonly note: string;
  readonly tone?: 'warning' | 'bad' | undefined;
  readonly href?: string;
}

const Figure = ({ title, value, note, tone, href }: FigureProps): VNode => (
  <div class={`figure card${tone === undefined ? '' : ` figure-${tone}`}`}>
    <h2>{href === undefined ? title : <a href={href}>{title}</a>}</h2>
    <p class="figure-value">{value}</p>
    <p class="figure-note">{note}</p>
  </div>
);

const mebibyte = 1024 ** 2;

function Curves({
  live,
  overview,
}: {
  readonly live: Live;
  readonly overview: OverviewJson;
}): VNode {
  const { samples } = live;
  const { traffic, repairs, belowTarget } = overview;
  return (
    <section class="curves" aria-label="The last minutes">
      <Curve
        title="Data ports"
        samples={samples}
        scaleMin={mebibyte}
        lines={[
          {
            label: 'sent',
            ink: 'one',
            value: (sample) => sample.outBytesPerSecond,
            now: rateText(traffic.outBytesPerSecond),
          },
          {
            label: 'received',
            ink: 'two',
            value: (sample) => sample.inBytesPerSecond,
            now: rateText(traffic.inBytesPerSecond),
          },
        ]}
      />
      <Curve
        title="Repair"
        samples={samples}
        scaleMin={mebibyte}
        lines={[
          {
            label: 'copied',
            ink: 'one',
            value: (sample) => sample.copyBytesPerSecond,
            now: rateText(repairs.bytesPerSecond),
          },
        ]}
      />
      <Curve
        title="Below target"
        samples={samples}
        scaleMin={4}
        lines={[
          {
            label: 'files',
            ink: 'warning',
            value: (sample) => sample.belowTarget,
            now: countText(belowTarget),
          },
        ]}
      />
    </section>
  );
}

const Events = ({ events }: { readonly events: readonly EventJson[] }): VNode => (
  <section class="card events" aria-labelledby="events-title">
    <h2 id="events-title">Events</h2>
    {events.length === 0 ? (
      <p class="soft">Nothing has happened while somebody was looking.</p>
    ) : (
      <ol>
        {events.map(({ id, at, tone, text }) => (
          <li key={id}>
            <span class={`event-dot tone-${tone}`} aria-hidden="true" />
            <time dateTime={at}>{timeText(at)}</time>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    )}
  </section>
);
