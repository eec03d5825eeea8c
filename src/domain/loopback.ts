/**
 * Whether only programs on the same machine can reach what listens there.
 * @param host as it is listened on; of names only `localhost` is known to be such
 */
export const isLoopback = (host: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
