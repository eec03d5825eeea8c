/** What Reelkeep knows of a file as video; `unreadable` says why the facts of a sound file could not be read. */
export type Mp4Facts =
  | {
      readonly kind: 'mp4';
      readonly durationMs: number;
      /** The index (`moov`) stands before the media, so that playing can begin before the end has arrived. */
      readonly faststart: boolean;
      readonly fragmented: boolean;
      readonly tracks: readonly Mp4Track[];
    }
  | { readonly kind: 'unreadable'; readonly faststart: boolean; readonly reason: string }
  | { readonly kind: 'not mp4' };

export interface Mp4Track {
  readonly type: 'video' | 'audio' | 'subtitle' | 'other';
  /** RFC 6381 codec string such as `avc1.64001f`, or the four characters of the sample entry. */
  readonly codec: string;
  /** Of the picture in pixels; absent for tracks without one. */
  readonly width?: number;
  readonly height?: number;
}

/** What a pool reads out of a file stays within these, and nobody is believed more. */
export const mp4FactsLimits = {
  tracksMax: 64,
  /** Characters of a codec or a reason. */
  textLengthMax: 200,
} as const;

export const shortText = (text: string): string =>
  text.slice(0, mp4FactsLimits.textLengthMax).toWellFormed();

/** As they come from elsewhere: each row of the table and each answer about the file carries them. */
export function withinLimits(facts: Mp4Facts): Mp4Facts {
  switch (facts.kind) {
    case 'mp4': {
      const tracks = facts.tracks.slice(0, mp4FactsLimits.tracksMax);
      return {
        ...facts,
        tracks: tracks.map((track) => ({ ...track, codec: shortText(track.codec) })),
      };
    }
    case 'unreadable':
      return { ...facts, reason: shortText(facts.reason) };
    case 'not mp4':
      return facts;
  }
}
