/** Bounds of the control plane; all listed in docs/limits.md. */
export const rpcLimits = {
  /** Of a unary call without a deadline of its own. */
  callTimeoutMs: 10_000,
  /** A larger message is refused by either side. */
  messageBytesMax: 4 * 1024 * 1024,
  /** Names in one question for several files. */
  statNamesMax: 64,
  /** Characters of the sentence in an error, which travels as a header; a longer one is cut. */
  detailLengthMax: 2_000,
  /** Of a connection with a certificate: calls after that come on a new one, with the certificate of then. */
  connectionAgeMaxMs: 3_600_000,
  /** Of the master; the next one takes the place of one on which no call was let in, or is cut. */
  connectionsMax: 4_096,
  /** Of one certificate; a further one is cut at its first call. */
  connectionsPerPeerMax: 256,
  /** From a connection to its first call that is let in, the handshake included; past it it is cut. */
  strangerMs: 10_000,
  /** Without a call under way for so long, a connection is closed. */
  connectionIdleMs: 300_000,
  /** Calls under way on one connection; further ones wait at the caller, or are refused. */
  streamsMax: 1_024,
  /** Calls of one certificate; further ones are told to try again. */
  callsPerSecondMax: 1_000,
  /** The same at once. */
  callsBurstMax: 2_000,
  /** Lines of the log on calls that were refused; further ones stand in the audit log alone. */
  refusalLinesPerSecondMax: 10,
  refusalLinesBurstMax: 100,
  /** Between tries to reach a peer that is away. */
  reconnectMsMin: 100,
  reconnectMsMax: 2_000,
  /** An idle connection is asked for a sign of life this often, and given up after the second. */
  keepaliveEveryMs: 10_000,
  keepaliveTimeoutMs: 5_000,
} as const;

export const channelOptions = {
  'grpc.max_receive_message_length': rpcLimits.messageBytesMax,
  'grpc.max_send_message_length': rpcLimits.messageBytesMax,
  'grpc.initial_reconnect_backoff_ms': rpcLimits.reconnectMsMin,
  'grpc.min_reconnect_backoff_ms': rpcLimits.reconnectMsMin,
  'grpc.max_reconnect_backoff_ms': rpcLimits.reconnectMsMax,
  'grpc.keepalive_time_ms': rpcLimits.keepaliveEveryMs,
  'grpc.keepalive_timeout_ms': rpcLimits.keepaliveTimeoutMs,
  // Two masters on one machine must not share a subchannel's bad luck.
  'grpc.use_local_subchannel_pool': 1,
} as const;
