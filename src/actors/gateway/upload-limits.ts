/** Bounds of what is uploaded over HTTP; all listed in docs/limits.md. Times in milliseconds. */
export const uploadLimits = {
  /** Uploads that have begun and are neither stored nor given up, whoever sends bytes just now. */
  uploadsMax: 256,
  /** The same of one session. */
  uploadsPerSessionMax: 64,
  /** Part of the spool's bytes that one session may have promised to it. */
  sessionShareMax: 0.5,
  /** Requests that send bytes of an upload at the same time. */
  receivingMax: 64,
  /** The same of one session. */
  receivingPerSessionMax: 16,
  /** Without a byte or a change for so long an upload that is not stored is forgotten. */
  expireAfterMs: 24 * 60 * 60 * 1000,
  /** What came of an upload that has ended is told for so long, and of so many. */
  endedKeptMs: 60 * 60 * 1000,
  endedKeptMax: 1_000,
  sweepEveryMs: 60_000,
  /** So many bytes are made durable together; a gateway that is killed asks for at most as many again. */
  syncEveryBytes: 16 * 1024 * 1024,
  /** An upload of a size that nobody tells is given room in pieces of so much. */
  roomStepBytes: 64 * 1024 * 1024,
  /** Of everything that a client says of its upload. */
  metadataBytesMax: 8 * 1024,
  /** A request of an upload whose other request is not over waits so long for its end. */
  lockWaitMs: 10_000,
  /** Before that one is ended, so that it may come to its own end. */
  makeRoomMs: 1_000,
  /** A question about an upload that the cluster is storing waits so long for what comes of it. */
  storingWaitMs: 20_000,
  /** No byte for so long, or fewer than so many over a window, end a request; the upload goes on with another one. */
  pace: { idleTimeoutMs: 30_000, bytesPerSecondMin: 1024, rateWindowMs: 60_000 },
} as const;
