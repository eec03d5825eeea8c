/** Errors as the operating system words them. */

const errnos = {
  ECONNREFUSED: -111,
  ECONNRESET: -104,
  EPIPE: -32,
  ETIMEDOUT: -110,
  EADDRINUSE: -98,
  EADDRNOTAVAIL: -99,
} as const;

export type SocketErrorCode = keyof typeof errnos;

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

const reasons: Partial<Record<SocketErrorCode, string>> = {
  EADDRINUSE: ': address already in use',
  EADDRNOTAVAIL: ': address not available',
};

export function socketError(
  syscall: 'connect' | 'listen' | 'read' | 'write',
  code: SocketErrorCode,
  at?: SocketAddress,
): NodeJS.ErrnoException {
  const where = at === undefined ? '' : ` ${at.address}:${at.port}`;
  const error = new Error(`${syscall} ${code}${reasons[code] ?? ''}${where}`);
  return Object.assign(error, { errno: errnos[code], code, syscall, ...at });
}
