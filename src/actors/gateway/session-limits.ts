/** Bounds of who comes in over HTTP; all listed in docs/limits.md. Times in milliseconds. */
export const sessionLimits = {
  /** Of a link that is made without saying for how long. */
  linkLifeMs: 24 * 60 * 60 * 1000,
  /** Refusals and changes that the log has a line for, each. */
  linesPerSecondMax: 20,
  linesBurstMax: 200,
  /** Of a connection that is to be encrypted, until it is. */
  handshakeTimeoutMs: 10_000,
} as const;
