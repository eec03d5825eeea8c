/** A file as scripts and the console see it; the keys are promised in the interface. */

export interface ReplicaJson {
  readonly keeper: string;
  readonly address: string;
  readonly state: 'live' | 'unverified' | 'suspect' | 'lost' | 'quarantined';
  /** RFC 3339. */
  readonly verifiedAt: string;
  /** Relative to the keeper's root. */
  readonly path: string;
}

export interface TrackJson {
  readonly type: 'video' | 'audio' | 'subtitle' | 'other';
  readonly codec: string;
  /** Pixels; absent where there is no picture. */
  readonly width?: number;
  readonly height?: number;
}

export interface Mp4Json {
  readonly durationMs: number;
  readonly faststart: boolean;
  readonly tracks: readonly TrackJson[];
  readonly fragmented?: boolean;
  /** Why the facts could not be read. */
  readonly problem?: string;
}

export interface FileJson {
  readonly name: string;
  readonly fileId: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly target: number;
  readonly replicas: readonly ReplicaJson[];
  /** Null for what is no mp4. */
  readonly mp4: Mp4Json | null;
}
