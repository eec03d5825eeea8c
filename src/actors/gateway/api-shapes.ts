/** What the gateway's API answers, in JSON. The console is built against these as well, so nothing is imported but shapes. */
import type { FileJson } from '../../domain/file-json.js';

export type { FileJson, Mp4Json, ReplicaJson, TrackJson } from '../../domain/file-json.js';

export interface HealthJson {
  /** `attention`: nothing is lost, and something is not as it should be. `bad`: files cannot be read, or nothing can be stored. */
  readonly level: 'good' | 'attention' | 'bad';
  /** For people. */
  readonly sentence: string;
  /** More sentences, the most pressing one first; none when all is well. */
  readonly reasons: readonly string[];
}

export interface OverviewJson {
  /** RFC 3339: when the master was asked. */
  readonly at: string;
  readonly health: HealthJson;
  readonly mode: 'recovering' | 'safe mode' | 'serving';
  readonly epoch: number;
  readonly keepers: { readonly alive: number; readonly suspect: number; readonly lost: number };
  readonly files: number;
  /** Of the files, each counted once. */
  readonly bytes: number;
  /** Of the keepers that are not lost; bytes. */
  readonly capacity: { readonly usedBytes: number; readonly freeBytes: number };
  readonly belowTarget: number;
  readonly missing: number;
  readonly surplus: number;
  readonly uploadsInProgress: number;
  readonly deletionsDue: number;
  /** Every file has been looked at since a keeper came or went: the numbers are whole. */
  readonly settled: boolean;
  readonly repairs: RepairsJson;
  readonly traffic: TrafficJson;
}

interface RepairsJson {
  /** Copies under way. */
  readonly inFlight: number;
  /** Of replicas that are wanted and are not there yet, those under way included. */
  readonly bytesToCopy: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** Null while nothing is copied, or it cannot be told. */
  readonly secondsLeft: number | null;
}

/** Bytes a second of the data ports, over the last seconds. */
export interface TrafficJson {
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
}

export interface KeeperJson {
  readonly keeper: string;
  readonly address: string;
  readonly state: 'joining' | 'alive' | 'suspect' | 'lost' | 'draining' | 'retired';
  readonly lastHeartbeatMs: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
  readonly replicas: number;
  readonly disk: 'sound' | 'suspect';
  readonly scrub?: ScrubJson;
  /** Absent while nobody has watched for long enough. */
  readonly traffic?: TrafficJson;
}

interface ScrubJson {
  readonly percent: number;
  readonly quarantined: number;
  readonly unreadable: number;
  /** Since the last whole pass ended. */
  readonly passedMs?: number;
}

export interface EventJson {
  /** Counts up from 1 while the gateway runs. */
  readonly id: number;
  /** RFC 3339: when the gateway saw it. */
  readonly at: string;
  readonly tone: 'good' | 'neutral' | 'warning' | 'bad';
  readonly text: string;
}

/** One point of the curves. */
export interface SampleJson {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
  readonly copyBytesPerSecond: number;
  readonly belowTarget: number;
}

export interface FilePageJson {
  readonly files: readonly FileJson[];
  /** To be given as `after` for the next page; absent on the last one. */
  readonly next?: string;
  /** Names looked at for this page. */
  readonly scanned: number;
}

export interface FileDetailJson extends FileJson {
  /** The last chunk may be shorter. */
  readonly chunkBytes: number;
  readonly chunks: number;
}

/** One line of the answer to a verification; the last line is the whole file, or an error. */
export type VerificationJson =
  | {
      readonly type: 'replica';
      readonly keeper: string;
      readonly address: string;
      readonly sound: boolean;
      readonly reason: string;
      readonly verifiedAt: string;
    }
  | { readonly type: 'file'; readonly file: FileDetailJson }
  | ErrorJson;

/** Whom a browser speaks for. */
export interface SessionJson {
  /** `sessions`: a link has to be opened first. */
  readonly door: 'loopback' | 'insecure' | 'sessions';
  readonly session: {
    readonly label: string;
    readonly may: readonly ('read' | 'list' | 'write' | 'delete')[];
    /** Of the names that it is for. */
    readonly prefix: string;
    readonly notAfter: string;
  } | null;
}

export interface ErrorJson {
  readonly error: { readonly code: string; readonly message: string };
}
