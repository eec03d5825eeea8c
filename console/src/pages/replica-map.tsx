/** Which keepers have which chunks, and when each replica was last read and found sound. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { FileDetailJson, ReplicaJson } from '../../../src/actors/gateway/api-shapes.js';
import { verifyFile } from '../api.js';
import { agoText, amountText, dateText, liveOf } from '../format.js';
import { tell } from '../news.js';
import { refusalOf } from '../parts/answer.js';
import { ReplicasBadge, StateBadge } from '../parts/badge.js';
import { useNow } from '../parts/clock.js';
import { Icon } from '../parts/icon.js';
import { toHash } from '../route.js';

interface ReplicaMapProps {
  readonly file: FileDetailJson;
  readonly onFile: (file: FileDetailJson) => void;
}

/** What a reading that was asked for here has come to, by keeper. */
type Readings = ReadonlyMap<string, { readonly sound: boolean; readonly reason: string }>;

export function ReplicaMap({ file, onFile }: ReplicaMapProps): VNode {
  const [readings, setReadings] = useState<Readings>();
  const [isReading, setReading] = useState(false);
  const verify = async (): Promise<void> => {
    setReading(true);
    setReadings(new Map());
    try {
      await readAgain(file, setReadings, onFile);
    } catch (error) {
      tell(`Verifying failed: ${refusalOf(error).message}`, 'bad');
    }
    setReading(false);
  };
  return (
    <section class="card replicas" aria-labelledby="replicas-title">
      <div class="replicas-head">
        <h2 id="replicas-title">
          Replicas <ReplicasBadge live={liveOf(file)} target={file.target} />
        </h2>
        <button type="button" disabled={isReading} onClick={verify}>
          <Icon name="shield" />
          {isReading ? 'Reading…' : 'Verify now'}
        </button>
      </div>
      <p class="soft">
        Each replica is the whole film: {amountText(file.chunks, 'chunk')} on every keeper below.
      </p>
      <ul>
        {file.replicas.map((replica) => (
          <Replica
            key={replica.keeper}
            replica={replica}
            file={file}
            reading={readings?.get(replica.keeper)}
            isReading={isReading}
          />
        ))}
      </ul>
      {file.replicas.length === 0 && <p>No keeper has it.</p>}
    </section>
  );
}

async function readAgain(
  file: FileDetailJson,
  tellReadings: (readings: Readings) => void,
  onFile: (file: FileDetailJson) => void,
): Promise<void> {
  const readings = new Map<string, { sound: boolean; reason: string }>();
  for await (const told of verifyFile(file.name, new AbortController().signal))
    if (told.type === 'file') onFile(told.file);
    else tellReadings(new Map(readings.set(told.keeper, told)));
  const bad = [...readings.values()].filter(({ sound }) => !sound).length;
  if (bad > 0)
    tell(`${bad} of ${amountText(readings.size, 'replica')} could not be verified.`, 'bad');
  else tell(`${amountText(readings.size, 'replica')} read again: every chunk is sound.`);
}

interface ReplicaProps {
  readonly replica: ReplicaJson;
  readonly file: FileDetailJson;
  readonly reading: { readonly sound: boolean; readonly reason: string } | undefined;
  readonly isReading: boolean;
}

function Replica({ replica, file, reading, isReading }: ReplicaProps): VNode {
  const nowMs = useNow();
  const { keeper, address, state, verifiedAt, path } = replica;
  const isAwaited = isReading && reading === undefined;
  return (
    <li>
      <div class="replica-head">
        <a href={toHash({ page: 'keeper', keeper, after: '' })}>{keeper}</a>
        <StateBadge state={state} />
        <span class="replica-verified soft">
          {isAwaited ? (
            'being read…'
          ) : (
            <>
              verified{' '}
              <time dateTime={verifiedAt} title={dateText(verifiedAt)}>
                {agoText(verifiedAt, nowMs)}
              </time>
            </>
          )}
        </span>
      </div>
      <ChunkStrip chunks={file.chunks} keeper={keeper} state={state} isAwaited={isAwaited} />
      {reading?.sound === false && <p class="problem">{reading.reason}</p>}
      <p class="soft replica-place">
        {address} <code>{path}</code>
      </p>
    </li>
  );
}

const cellsMax = 96;

interface StripProps {
  readonly chunks: number;
  readonly keeper: string;
  readonly state: ReplicaJson['state'];
  readonly isAwaited: boolean;
}

/** A cell a chunk, or for several neighbours of a long film. */
function ChunkStrip({ chunks, keeper, state, isAwaited }: StripProps): VNode {
  const cells = Math.min(chunks, cellsMax);
  return (
    <div
      class={`strip strip-${state}${isAwaited ? ' strip-read' : ''}`}
      role="img"
      aria-label={`${keeper} has all ${amountText(chunks, 'chunk')}, ${state}`}
    >
      {Array.from({ length: cells }, (_, at) => (
        <span key={at} />
      ))}
    </div>
  );
}
