/** The `Host` header: which of its names a server was asked by. */
import { type Address, parseAddress } from '../domain/address.js';

/** Of `http`, for a host without a port. */
const portDefault = 80;

/** @returns undefined when it is no host; without brackets round an IPv6 host */
export function hostOf(text: string): Address | undefined {
  const address = parseAddress(text) ?? parseAddress(`${text}:${portDefault}`);
  return address && { ...address, host: address.host.toLowerCase() };
}
