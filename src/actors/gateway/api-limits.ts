/** Bounds of what a gateway does for those who look at the cluster. */
export const apiLimits = {
  /** Between two questions to the master, all viewers together, while there are any. */
  lookEveryMs: 1_000,
  /** A master that has not answered by then does not answer. */
  lookTimeoutMs: 5_000,
  /** Of the time that a rate is told over. */
  rateWindowMs: 5_000,
  /** Points of the curves. */
  samplesMax: 300,
  /** Events that are remembered. */
  eventsMax: 100,
  /** Pages that listen at the same time. */
  viewersMax: 64,
  /** That a viewer has not taken yet, in bytes. */
  viewerBytesMax: 256 * 1024,
  /** A viewer is told that the line stands. */
  viewerPulseMs: 15_000,
  /** Names looked at for one answer to a search. */
  searchNamesMax: 20_000,
  /** The same, in time. */
  searchMs: 500,
  /** Searches that run; further ones wait. */
  searchesMax: 2,
  /** Searches that wait. */
  searchesWaitingMax: 32,
  /** Of a text to look for, in characters. */
  searchTextLengthMax: 256,
  /** Files of a page, unless the caller says how many. */
  pageFilesDefault: 100,
  /** Verifications that run. */
  verificationsMax: 16,
  /** Whoever waits for a verification is sent a sign of life. */
  verifyPulseMs: 10_000,
} as const;
