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
