/** What is known of a file, as bytes and as a film. */
import type { ComponentChildren, VNode } from 'preact';
import type { FileDetailJson, Mp4Json, TrackJson } from '../../../src/actors/gateway/api-shapes.js';
import { amountText, clockText, codecText, dateText, sizeText } from '../format.js';
import { Icon } from '../parts/icon.js';

export function FileFacts({ file }: { readonly file: FileDetailJson }): VNode {
  const { mp4, size, chunks, chunkBytes, createdAt, digest, fileId, target } = file;
  return (
    <section class="card facts-card" aria-labelledby="facts-title">
      <h2 id="facts-title">Facts</h2>
      <dl class="facts">
        {mp4 !== null && <Film mp4={mp4} />}
        <Fact title="Size">
          {sizeText(size)} <span class="soft">({amountText(size, 'byte')})</span>
        </Fact>
        <Fact title="Chunks">
          {amountText(chunks, 'chunk')} <span class="soft">of {sizeText(chunkBytes)}</span>
        </Fact>
        <Fact title="Replicas wanted">{target}</Fact>
        <Fact title="Stored">
          <time dateTime={createdAt}>{dateText(createdAt)}</time>
        </Fact>
        <Fact title="Digest (BLAKE3)">
          <code>{digest}</code>
        </Fact>
        <Fact title="File id">
          <code>{fileId}</code>
        </Fact>
      </dl>
    </section>
  );
}

interface FactProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

const Fact = ({ title, children }: FactProps): VNode => (
  <div>
    <dt>{title}</dt>
    <dd>{children}</dd>
  </div>
);

function Film({ mp4 }: { readonly mp4: Mp4Json }): VNode {
  const { durationMs, tracks, faststart, fragmented, problem } = mp4;
  if (problem !== undefined)
    return <Fact title="Film">its facts could not be read: {problem}</Fact>;
  return (
    <>
      <Fact title="Length">{clockText(durationMs)}</Fact>
      {tracks.map((track, at) => (
        <Fact key={at} title={trackTitles[track.type]}>
          {trackText(track)} <span class="soft">({track.codec})</span>
        </Fact>
      ))}
      <Fact title="Starts at once">{startText(faststart, fragmented)}</Fact>
    </>
  );
}

const trackTitles: Readonly<Record<TrackJson['type'], string>> = {
  video: 'Picture',
  audio: 'Sound',
  subtitle: 'Subtitles',
  other: 'Other track',
};

const trackText = ({ codec, width, height }: TrackJson): string =>
  width === undefined ? codecText(codec) : `${codecText(codec)}, ${width} × ${height}`;

function startText(faststart: boolean, fragmented: boolean | undefined): string {
  if (fragmented) return 'yes, it is in fragments';
  return faststart ? 'yes, its index stands first (faststart)' : 'no, its index stands last';
}

export function SlowStart({ mp4 }: { readonly mp4: Mp4Json | null }): VNode | null {
  if (mp4 === null || mp4.faststart || mp4.fragmented || mp4.problem !== undefined) return null;
  return (
    <div class="warning">
      <Icon name="attention" />
      <div>
        <p>
          <b>This film starts slowly.</b> Its index stands behind the pictures, so a player has to
          fetch the end of the file before it can show the beginning.
        </p>
        <p>
          To put it first, without encoding anew:{' '}
          <code>ffmpeg -i in.mp4 -c copy -movflags +faststart out.mp4</code>
        </p>
      </div>
    </div>
  );
}
