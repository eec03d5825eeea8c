/** A film, played from the replicas. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FileDetailJson, Mp4Json } from '../../../src/actors/gateway/api-shapes.js';
import { filmPath } from '../route.js';
import { capturePoster } from './poster.js';

export function Player({ file }: { readonly file: FileDetailJson }): VNode | null {
  const { name, mp4 } = file;
  const source = filmPath(name);
  const picture = pictureOf(mp4);
  const poster = usePoster(source, picture && posterAtSeconds(mp4));
  const [isBroken, setBroken] = useState(false);
  if (mp4 === null) return null;
  const shape = picture && { aspectRatio: `${picture.width} / ${picture.height}` };
  return (
    <section class="player" aria-label="Player">
      <video
        controls
        playsInline
        preload="metadata"
        src={source}
        {...(poster !== undefined && { poster })}
        {...(shape && { style: shape })}
        onError={() => setBroken(true)}
      />
      {isBroken && (
        <p class="problem" role="alert">
          This browser cannot play the film. It can still be downloaded.
        </p>
      )}
    </section>
  );
}

function pictureOf(mp4: Mp4Json | null): { width: number; height: number } | undefined {
  const track = mp4?.tracks.find(({ type }) => type === 'video');
  const { width = 0, height = 0 } = track ?? {};
  return width > 0 && height > 0 ? { width, height } : undefined;
}

const posterAtMaxSeconds = 20;

/** Films often begin in the dark. */
const posterAtSeconds = (mp4: Mp4Json | null): number =>
  Math.min((mp4?.durationMs ?? 0) / 10_000, posterAtMaxSeconds);

function usePoster(source: string, atSeconds: number | undefined): string | undefined {
  const [poster, setPoster] = useState<string>();
  useEffect(() => {
    if (atSeconds === undefined) return;
    const over = new AbortController();
    let url: string | undefined;
    void capturePoster(source, atSeconds, over.signal).then((picture) => {
      if (picture === undefined || over.signal.aborted) return;
      url = URL.createObjectURL(picture);
      setPoster(url);
    });
    return () => {
      over.abort();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [source]);
  return poster;
}
