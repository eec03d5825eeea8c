/** Bounds of the port on which a process is looked at; all listed in docs/limits.md. */
export const observingLimits = {
  /** Further ones are closed at once. */
  connectionsMax: 32,
  headerBytesMax: 8 * 1024,
  /** From a connection or an answer to the whole head of the next request. */
  headTimeoutMs: 5_000,
  /** From the head of a request until its answer has left. */
  answerTimeoutMs: 10_000,
  /** Of one connection; then it is closed. */
  requestsPerConnectionMax: 1_000,
  /** A thread for which something waits and that did nothing for so long does not live. */
  threadSilenceMaxMs: 60_000,
} as const;
