/** `host:port`, with brackets round an IPv6 host. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** As long as a name can be that is looked up. */
const hostLengthMax = 253;

/** @returns undefined unless the text is a host and a port from 0 to 65535 */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([\p{L}\p{M}\p{N}._-]+)):(\d{1,5})$/u.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || host.length > hostLengthMax || port > 65_535) return undefined;
  return { host, port };
}

export const formatAddress = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
