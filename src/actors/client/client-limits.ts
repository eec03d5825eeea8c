/** Bounds of the client; all listed in docs/limits.md. Times in milliseconds. */
import { chunkBytes } from '../../domain/chunk-plan.js';

export const clientLimits = {
  /** Without any progress for so long a transfer fails, unless the command says otherwise. */
  patienceMs: 30_000,
  /** Keepers that may fail one upload before it fails. */
  keeperFailuresMax: 6,
  /** A line that carries less than this between two chunks counts as dead. */
  bytesPerSecondMin: 16 * 1024,
  /** For a keeper to sync an upload and report it, on top of the patience. */
  syncMs: 120_000,
  /** Copies slower than this do not lengthen the patience of an upload that waits for them. */
  copyBytesPerSecondMin: 8 * 1024 * 1024,
  /** To ask the master to forget an upload. */
  abandonTimeoutMs: 3_000,
  /** Between tries to hear from the master how an upload goes. */
  watchRetryMs: { firstMs: 100, maxMs: 2_000 },
  /** For a keeper to accept a connection. */
  dialTimeoutMs: 3_000,
  /** Connections that wait for the next file, of each keeper; and how long one may wait. */
  idleConnectionsMax: 4,
  idleConnectionMs: 5_000,
  /** Chunk buffers of 4 MiB for all transfers of the process, and for one of them. */
  chunkBuffersMax: 24,
  chunkBuffersPerUpload: 6,
  chunkBuffersPerDownload: 12,
  /** A download may begin anew so often because its name was given to another file. */
  startsMax: 3,
  /** Tickets are renewed, and new replicas noticed, this often; they live for a minute. */
  refreshSourcesEveryMs: 20_000,
  /** For a keeper to send the manifest, before another one is asked for it as well. */
  askNextMs: 1_000,
  /** Failures in a row before a keeper is left alone until the file is located anew. */
  sourceFailuresMax: 3,
  sourceRetryMs: { firstMs: 100, maxMs: 2_000 },
  /** How often a keeper with nothing to do looks whether another one crawls. */
  lookAroundEveryMs: 50,
  /** For a keeper whose chunks are all here to end its answer, so that its connection can be used again. */
  lastWordsMs: 100,
  /** To tell the master of wrong bytes. */
  reportTimeoutMs: 2_000,
  /** Chunks fetched ahead of a reader of stdout. */
  aheadChunksMax: 8,
  /** Chunks of opened files in memory, those that are coming included. */
  chunksReadMax: 64,
  /** Free buffers of chunks to be read from that are kept for the next ones. */
  freeChunksMax: 8,
  /** A chunk that is coming and that nobody wants any more is fetched on for so long. */
  unwantedChunkMs: 250,
  /** A reader that has taken nothing for so long keeps no other one waiting for memory. */
  stalledReaderMs: 1_000,
  /** A chunk that nobody has read for so long is let go. */
  unreadChunkMs: 120_000,
  tendChunksEveryMs: 250,
  /** Bytes that a reader is given at a time. */
  pieceBytes: 128 * 1024,
  /** Files known from earlier readers, and the bytes of their manifests together. */
  filesKnownMax: 256,
  manifestsKnownBytesMax: 64 * 1024 * 1024,
  /** A chunk is not asked for with tickets as old as this while there may be newer ones. */
  ticketAgeMaxMs: 40_000,
  /** Between tries to fetch a chunk that no keeper gave. */
  chunkRetryMs: { firstMs: 100, maxMs: 2_000 },
  /** How often it is looked whether a download waits for its own reader. */
  pulseEveryMs: 1_000,
  /** Names asked for at a time; of the first page, so that something is there at once. */
  firstPageNamesMax: 100,
  pageNamesMax: 1_000,
} as const;

/** For other keepers to copy the file until `acks` have it. */
export const copyAllowanceMs = (size: number, acks: number): number =>
  Math.max(0, acks - 1) * millisecondsFor(size + chunkBytes, clientLimits.copyBytesPerSecondMin);

/** For a slow line to carry one chunk. */
export const chunkAllowanceMs = (): number =>
  millisecondsFor(chunkBytes, clientLimits.bytesPerSecondMin);

const millisecondsFor = (bytes: number, bytesPerSecond: number): number =>
  Math.ceil((bytes / bytesPerSecond) * 1000);
